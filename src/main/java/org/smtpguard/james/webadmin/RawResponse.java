package org.smtpguard.james.webadmin;

import spark.Response;

/**
 * Removes header fields from a WebAdmin response, which Spark does not support. Uses reflection: the servlet response is of
 * package {@code javax.servlet} in James 3.8 and {@code jakarta.servlet} from 3.9 on.
 */
public final class RawResponse {
    private RawResponse() {
    }

    public static void remove(Response response, String header) {
        try {
            Object raw = Response.class.getMethod("raw").invoke(response);
            raw.getClass().getMethod("setHeader", String.class, String.class).invoke(raw, header, null);
        } catch (ReflectiveOperationException | IllegalArgumentException e) {
            // The header remains. That is harmless: a request from another origin is refused anyway.
            return;
        }
    }
}
