const licenseapi = require('licenseapi');

// Replace with your actual API Key
const apiKey = 'YOUR_LICENSE_API_KEY';

// Configure the SDK with your API Key
licenseapi.setApiKey(apiKey);

async function listLicenses() {
  try {
    const licenses = await licenseapi.License.list();
    licenses.forEach(license => {
      console.log(`License ID: ${license.id}, Product: ${license.product_id}, Status: ${license.status}`);
    });
  } catch (error) {
    console.error('API Error:', error);
  }
}

listLicenses();
