/** What is shown over HTTP, as a program and as a browser sees it. */
package org.smtpguard.it.web;
