package org.smtpguard.james;

import com.google.inject.Inject;
import com.google.inject.Singleton;
import org.apache.james.webadmin.Routes;
import org.smtpguard.james.webadmin.GuardSite;
import org.smtpguard.page.View;
import spark.Service;

/**
 * The addresses of WebAdmin below {@code /smtp-guard}, behind its own authentication; named in {@code webadmin.properties} as
 * {@code extensions.routes}. Each is JSON for programs and HTML for people, whichever {@code Accept} asks for.
 *
 * <p>Threads: WebAdmin's own.
 */
@Singleton
public final class GuardRoutes implements Routes {
    private final GuardSite site;

    @Inject
    public GuardRoutes(GuardSite site) {
        this.site = site;
    }

    @Override
    public String getBasePath() {
        return View.BASE;
    }

    @Override
    public void define(Service service) {
        site.define(service);
    }
}
