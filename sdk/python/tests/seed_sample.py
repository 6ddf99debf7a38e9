import licenseapi

# Replace with your actual API Key
api_key = "YOUR_LICENSE_API_KEY"

# Configure the SDK with your API Key
licenseapi.api_key = api_key

try:
    # Make an authenticated request to list licenses
    licenses = licenseapi.License.list()
    for license in licenses:
        print(f"License ID: {license.id}, Product: {license.product_id}, Status: {license.status}")
except licenseapi.error.APIError as e:
    print(f"API Error: {e}")
except Exception as e:
    print(f"An unexpected error occurred: {e}")
