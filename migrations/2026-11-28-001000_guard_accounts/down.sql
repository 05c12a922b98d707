-- Loses every second factor, every recovery code, and who broke the glass (the audit log keeps that).
DROP TABLE break_glass;
DROP TABLE sign_in_step;
DROP TABLE recovery_code;
DROP TABLE second_factor;
ALTER TABLE session DROP COLUMN second_factor_at;
ALTER TABLE session DROP COLUMN agent;
ALTER TABLE user_account DROP COLUMN seen_at;
