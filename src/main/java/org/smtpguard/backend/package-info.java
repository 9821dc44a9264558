/**
 * The backends that come with the jar: one package for each kind, named after it. {@code LdapBackend} in a configuration is
 * {@code org.smtpguard.backend.ldap.LdapBackend}. Each backend has its page in {@code docs/backends}.
 */
package org.smtpguard.backend;
