/**
 * Users in an SQL database, read by the operator's statements through a connection pool.
 */
package org.smtpguard.backend.jdbc;
