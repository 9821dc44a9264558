package org.smtpguard.james.webadmin;

import spark.Response;

/**
 * Takes header fields off a response of WebAdmin, which Spark cannot. By reflection: the type below Spark's is {@code javax.servlet}'s
 * with James 3.8 and {@code jakarta.servlet}'s from 3.9 on.
 */
public final class RawResponse {
    private RawResponse() {
    }

    public static void remove(Response response, String header) {
        try {
            Object raw = Response.class.getMethod("raw").invoke(response);
            raw.getClass().getMethod("setHeader", String.class, String.class).invoke(raw, header, null);
        } catch (ReflectiveOperationException | IllegalArgumentException e) {
            // It stays, then. A request that names another origin is refused all the same: nothing can be read with it.
            return;
        }
    }
}
