/** Parses the operator's XML into settings. */
package org.smtpguard.james.config;
