import java.io.File;
import java.security.KeyStore;
import java.util.Properties;
import javax.net.ssl.KeyManagerFactory;

import jakarta.mail.Message;
import jakarta.mail.Session;
import jakarta.mail.Transport;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeMessage;
import org.eclipse.angus.mail.util.MailSSLSocketFactory;

/**
 * Sends by Angus Mail, the reference implementation of Jakarta Mail: several messages on one connection.
 */
public final class SendByAngus {
    private static final int MESSAGES_PER_CONNECTION = 10;

    private SendByAngus() {
    }

    public static void main(String[] arguments) throws Exception {
        String variant = arguments[0];
        Session session = Session.getInstance(properties(variant));
        int count = Integer.parseInt(System.getenv("COUNT"));
        for (int first = 1; first <= count; first += MESSAGES_PER_CONNECTION) {
            try (Transport transport = session.getTransport(variant.startsWith("tls") ? "smtps" : "smtp")) {
                if (variant.contains("auth")) {
                    transport.connect(System.getenv("SMTP_USER"), System.getenv("SMTP_PASSWORD"));
                } else {
                    transport.connect();
                }
                for (int i = first; i < first + MESSAGES_PER_CONNECTION && i <= count; i++) {
                    Message message = message(session, i);
                    transport.sendMessage(message, message.getAllRecipients());
                }
            }
        }
    }

    private static Properties properties(String variant) throws Exception {
        Properties properties = new Properties();
        for (String protocol : new String[] {"mail.smtp.", "mail.smtps."}) {
            properties.setProperty(protocol + "host", System.getenv("SMTP_HOST"));
            properties.setProperty(protocol + "port", System.getenv("SMTP_PORT"));
            properties.setProperty(protocol + "localhost", "client.example");
            properties.setProperty(protocol + "from", System.getenv("MAIL_FROM"));
            properties.setProperty(protocol + "ssl.trust", "*");
            properties.setProperty(protocol + "ssl.checkserveridentity", "false");
            properties.setProperty(protocol + "auth", String.valueOf(variant.contains("auth")));
            if (variant.startsWith("starttls")) {
                properties.setProperty(protocol + "starttls.enable", "true");
                properties.setProperty(protocol + "starttls.required", "true");
            }
            if (variant.equals("auth-plain") || variant.equals("auth-login")) {
                properties.setProperty(protocol + "auth.mechanisms", variant.substring("auth-".length()).toUpperCase());
            }
            if (variant.equals("tls-auth-external")) {
                // EXTERNAL is one of the mechanisms of Java itself.
                properties.setProperty(protocol + "sasl.enable", "true");
                properties.setProperty(protocol + "sasl.mechanisms", "EXTERNAL");
                // "ssl.trust" would stand in the way of a factory.
                properties.remove(protocol + "ssl.trust");
                properties.put(protocol + "ssl.socketFactory", withCertificate());
            }
        }
        return properties;
    }

    private static MailSSLSocketFactory withCertificate() throws Exception {
        char[] password = System.getenv("CLIENT_KEYSTORE_PASSWORD").toCharArray();
        KeyStore keystore = KeyStore.getInstance(new File(System.getenv("CLIENT_KEYSTORE")), password);
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(keystore, password);
        MailSSLSocketFactory factory = new MailSSLSocketFactory();
        factory.setKeyManagers(keys.getKeyManagers());
        factory.setTrustAllHosts(true);
        return factory;
    }

    private static Message message(Session session, int i) throws Exception {
        MimeMessage message = new MimeMessage(session);
        message.setFrom(new InternetAddress(System.getenv("MAIL_FROM")));
        message.setRecipient(Message.RecipientType.TO, new InternetAddress(System.getenv("MAIL_TO")));
        message.setSubject(System.getenv("SUBJECT") + " " + i);
        message.setText("body " + i + "\n");
        return message;
    }
}
