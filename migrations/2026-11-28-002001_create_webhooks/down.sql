-- Loses endpoints of webhooks, what waits for them, and the log of what was sent.
DROP TABLE webhook_attempt;
DROP TABLE webhook_message;
DROP TABLE webhook_endpoint;
