/** Users in an SQL database, read with the operator's statements through a connection pool. */
package org.smtpguard.backend.jdbc;
