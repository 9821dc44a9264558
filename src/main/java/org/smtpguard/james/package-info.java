/**
 * The classes that an operator names in James' configuration, thin: each hands over to the package that does the work. Below this package
 * alone James and Guice are seen.
 */
package org.smtpguard.james;
