import java.io.IOException;
import java.io.Writer;

import org.apache.commons.net.smtp.AuthenticatingSMTPClient;
import org.apache.commons.net.smtp.AuthenticatingSMTPClient.AUTH_METHOD;
import org.apache.commons.net.util.TrustManagerUtils;

/**
 * Sends by Apache Commons Net: several messages on one connection.
 */
public final class SendByCommonsNet {
    private static final int MESSAGES_PER_CONNECTION = 10;

    private SendByCommonsNet() {
    }

    public static void main(String[] arguments) throws Exception {
        String variant = arguments[0];
        int count = Integer.parseInt(System.getenv("COUNT"));
        for (int first = 1; first <= count; first += MESSAGES_PER_CONNECTION) {
            AuthenticatingSMTPClient client = connect(variant);
            for (int i = first; i < first + MESSAGES_PER_CONNECTION && i <= count; i++) {
                send(client, i);
            }
            client.logout();
            client.disconnect();
        }
    }

    private static AuthenticatingSMTPClient connect(String variant) throws Exception {
        AuthenticatingSMTPClient client = new AuthenticatingSMTPClient("TLS", variant.startsWith("tls"), "UTF-8");
        client.setTrustManager(TrustManagerUtils.getAcceptAllTrustManager());
        client.connect(System.getenv("SMTP_HOST"), Integer.parseInt(System.getenv("SMTP_PORT")));
        check(client, client.elogin("client.example"));
        if (variant.startsWith("starttls")) {
            check(client, client.execTLS());
            check(client, client.elogin("client.example"));
        }
        if (variant.contains("auth")) {
            AUTH_METHOD method = variant.endsWith("login") ? AUTH_METHOD.LOGIN : AUTH_METHOD.PLAIN;
            check(client, client.auth(method, System.getenv("SMTP_USER"), System.getenv("SMTP_PASSWORD")));
        }
        return client;
    }

    private static void send(AuthenticatingSMTPClient client, int i) throws IOException {
        String from = System.getenv("MAIL_FROM");
        String to = System.getenv("MAIL_TO");
        check(client, client.setSender(from));
        check(client, client.addRecipient(to));
        try (Writer data = client.sendMessageData()) {
            if (data == null) {
                check(client, false);
            }
            data.write("From: " + from + "\r\nTo: " + to + "\r\nSubject: " + System.getenv("SUBJECT") + " " + i + "\r\n\r\nbody " + i + "\r\n");
        }
        check(client, client.completePendingCommand());
    }

    /** It tells by a boolean whether a command was taken. */
    private static void check(AuthenticatingSMTPClient client, Object taken) throws IOException {
        if (Boolean.FALSE.equals(taken) || taken instanceof Integer && (int) taken >= 400) {
            throw new IOException("refused: " + client.getReplyString());
        }
    }
}
