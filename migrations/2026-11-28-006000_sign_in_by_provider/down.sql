-- Loses which account belongs to which person at the provider: they are bound anew by their verified addresses.
DROP TABLE provider_sign_in;
DROP TABLE account_identity;
