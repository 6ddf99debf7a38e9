/** ESM face of the package: the same objects as `require('licenseapi')`. */
import licenseapi from './lib/index.js';

export default licenseapi;
export const {
  LicenseAPI, License, Product, Policy, Customer, Entitlement, Activation, Event, Denial, LicenseUser,
  ProductVersion, BillingProvider, SubscriptionLink, BillingDelivery,
  APIKey, Token, SigningKey, Account, Me, RequestLog, AuditRecord, Validation, APIObject, Page, Export, error,
  LicenseFile, verifyLicenseFile, verifyPermit, verifySignedKey, setApiKey, setApiBase, VERSION,
} = licenseapi;
