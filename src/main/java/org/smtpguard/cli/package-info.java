/**
 * What is run by hand, on the class path of the James that it sits beside. The only package that may speak to a console.
 */
package org.smtpguard.cli;
