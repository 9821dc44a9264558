-- The tables of an AppPasswordBackend with <store>jdbc</store>. "guard app-passwords init" creates them; so may you.
-- Times are UTC, such as 2026-01-31T12:00:00Z. Lists are separated by spaces. No secret is stored: hash is its SHA-256.

CREATE TABLE smtp_guard_app_password (
  id VARCHAR(40) NOT NULL PRIMARY KEY,
  username VARCHAR(255) NOT NULL,
  label VARCHAR(400) NOT NULL,
  hash VARCHAR(64) NOT NULL UNIQUE,
  stored_key VARCHAR(64),
  server_key VARCHAR(64),
  created VARCHAR(20) NOT NULL,
  created_by VARCHAR(400) NOT NULL,
  expires VARCHAR(20),
  last_used VARCHAR(20),
  last_address VARCHAR(64),
  last_mechanism VARCHAR(64),
  networks VARCHAR(1500) NOT NULL,
  senders VARCHAR(8000) NOT NULL,
  revoked VARCHAR(20),
  revoked_by VARCHAR(400)
);

CREATE INDEX smtp_guard_app_password_user ON smtp_guard_app_password (username);

CREATE INDEX smtp_guard_app_password_expires ON smtp_guard_app_password (expires);

-- One salt for the SCRAM keys of all app passwords of a user.
CREATE TABLE smtp_guard_app_password_salt (
  username VARCHAR(255) NOT NULL PRIMARY KEY,
  salt VARCHAR(64) NOT NULL,
  iterations VARCHAR(10) NOT NULL
);
