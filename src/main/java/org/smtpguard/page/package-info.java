/**
 * The pages of WebAdmin: each {@link org.smtpguard.page.View} as facts for JSON and as an HTML page. Pure functions. Depends neither on
 * the server nor on HTTP, except for the paths of its links.
 */
package org.smtpguard.page;
