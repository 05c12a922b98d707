DROP TABLE api_key;
DROP TABLE sign_in_attempt;
DROP TABLE password_link;
DROP TABLE session;
DROP TABLE user_account;
