/**
 * The classes that an operator names in James' configuration. Each delegates to the package that does the work. Only this
 * package and those below it depend on James and Guice.
 */
package org.smtpguard.james;
