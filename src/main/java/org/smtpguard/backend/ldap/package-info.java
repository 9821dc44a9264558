/**
 * Users in an LDAP directory, whose passwords the directory checks by a bind.
 */
package org.smtpguard.backend.ldap;
