/** Configurations that James does not start with, and what {@code check} says of each. */
package org.smtpguard.it.check;
