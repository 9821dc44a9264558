package org.smtpguard.james;

import com.google.inject.Inject;
import com.google.inject.Singleton;
import org.apache.james.webadmin.Routes;
import org.smtpguard.james.webadmin.GuardSite;
import org.smtpguard.page.View;
import spark.Service;

/**
 * The WebAdmin routes below {@code /smtp-guard}, protected by WebAdmin's own authentication; configured in
 * {@code webadmin.properties} as {@code extensions.routes}. Each returns JSON or HTML, depending on {@code Accept}.
 *
 * <p>Threads: WebAdmin's own.
 */
@Singleton
public final class GuardRoutes implements Routes {
    private final GuardSite site;

    @Inject
    GuardRoutes(GuardParts parts) {
        this.site = parts.get(GuardSite.class);
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
