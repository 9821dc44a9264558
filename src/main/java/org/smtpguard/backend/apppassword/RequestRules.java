package org.smtpguard.backend.apppassword;

import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import org.smtpguard.backend.support.UserNames;
import org.smtpguard.bruteforce.Network;
import org.smtpguard.credential.AppPasswordRequest;
import org.smtpguard.credential.InvalidRequestException;
import org.smtpguard.credential.LoginScope;

/** Checks what is requested of a new app password, and brings it into the form in which it is stored. */
final class RequestRules {
    private static final int USER_LENGTH = 255;
    private static final int TEXT_LENGTH = 100;
    private static final int NETWORKS = 20;
    private static final int SENDERS = 50;
    private static final int SENDER_LENGTH = 320;
    /** Control, format and unassigned characters: a label is shown in one line. */
    private static final Pattern NO_TEXT = Pattern.compile("[\\p{C}\\p{Zl}\\p{Zp}]");
    private static final Pattern SENDER = Pattern.compile("\\*|<>|@[^@\\s<>*]+|[^@\\s<>*]+@(?:\\*|[^@\\s<>*]+)");

    private RequestRules() {
    }

    /**
     * @return the request with a normalised user and, if it names no senders, the user's own address
     * @throws InvalidRequestException if something is wrong
     */
    static AppPasswordRequest checked(AppPasswordRequest request, Instant now) {
        String user = UserNames.normalise(request.user().strip());
        if (user.isEmpty() || user.length() > USER_LENGTH || NO_TEXT.matcher(user).find()) {
            throw new InvalidRequestException("The user name has to have 1 to " + USER_LENGTH + " printable characters.");
        }
        if (request.expires().filter(end -> !end.isAfter(now)).isPresent()) {
            throw new InvalidRequestException("The time at which the app password expires has passed.");
        }
        return AppPasswordRequest.of(user, text("label", request.label()), text("name of who requests it", request.by()))
            .expiring(request.expires())
            .from(few("networks", NETWORKS, request.networks()).stream().map(RequestRules::network).collect(Collectors.toList()))
            .sendingAs(request.senders().isEmpty() ? List.of(own(user))
                : few("senders", SENDERS, request.senders()).stream().map(RequestRules::sender).collect(Collectors.toList()));
    }

    /** A user name without a domain has the address in every domain of the server. */
    static String own(String user) {
        return user.indexOf('@') < 0 ? user + "@" + LoginScope.ANY : user;
    }

    private static String text(String what, String text) {
        String stripped = text.strip();
        if (stripped.isEmpty() || stripped.length() > TEXT_LENGTH || NO_TEXT.matcher(stripped).find()) {
            throw new InvalidRequestException("The " + what + " has to be one line of 1 to " + TEXT_LENGTH + " characters.");
        }
        return stripped;
    }

    private static List<String> few(String what, int limit, List<String> values) {
        if (values.size() > limit) {
            throw new InvalidRequestException("There are more than " + limit + " " + what + ".");
        }
        return values;
    }

    private static String network(String text) {
        return Network.parse(text.strip()).map(Network::toString).orElseThrow(() -> new InvalidRequestException("Each network has to be"
            + " an IP address or a network, such as 192.0.2.7, 192.0.2.0/24 or 2001:db8::/64."));
    }

    private static String sender(String text) {
        return Optional.of(text.strip().toLowerCase(Locale.ROOT))
            .filter(sender -> sender.length() <= SENDER_LENGTH && SENDER.matcher(sender).matches() && !NO_TEXT.matcher(sender).find())
            .orElseThrow(() -> new InvalidRequestException("Each sender has to be an address, such as alice@example.org, or one of"
                + " @example.org (a whole domain), alice@* (any domain), <> (notifications) and * (any sender)."));
    }
}
