/**
 * What people and programs are shown over HTTP: each {@link org.smtpguard.page.View} as facts for a program and as a
 * page for a reader. Pure: values in, text out. Knows neither the server nor HTTP, but for the addresses of its own links.
 */
package org.smtpguard.page;
