/**
 * The command line, run on the class path of James. The only package that may use the console.
 */
package org.smtpguard.cli;
