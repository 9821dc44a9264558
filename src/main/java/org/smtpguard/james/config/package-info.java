/**
 * The operator's XML as settings.
 */
package org.smtpguard.james.config;
