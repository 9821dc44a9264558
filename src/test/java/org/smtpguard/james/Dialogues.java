package org.smtpguard.james;

import java.util.EnumMap;
import java.util.Map;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

import org.smtpguard.diagnosis.Fault;
import org.smtpguard.james.config.GuardSettings;
import org.smtpguard.protocol.DiagnosisId;
import org.smtpguard.sasl.Base64Text;

/** A dialogue that ends in its refusal, for each diagnosis. */
final class Dialogues {
    private static final String EHLO = "EHLO client.example";
    private static final String MAIL = "MAIL FROM:<alice@example.org>";
    private static final String RCPT = "RCPT TO:<bob@example.org>";
    private static final String AUTH = "AUTH PLAIN AGFsaWNlAHNlY3JldA==";

    private Dialogues() {
    }

    /** One for each rule. */
    private static Map<DiagnosisId, Dialogue> ofRules() {
        Map<DiagnosisId, Dialogue> all = new EnumMap<>(DiagnosisId.class);
        all.put(DiagnosisId.SEQ_GREETING_EARLY, Dialogue.onSubmission().note("connected; the greeting waits")
            .sends(EHLO).isRefused(Fault.EARLY_TALK, "?"));
        all.put(DiagnosisId.SEQ_EHLO_MISSING, greeted(Dialogue.onSubmission()).client(MAIL));
        all.put(DiagnosisId.SEQ_EHLO_AFTER_TLS, greeted(Dialogue.onSubmission()).client(EHLO).client("STARTTLS").client(AUTH));
        all.put(DiagnosisId.SEQ_EHLO_NOT_HELO, greeted(Dialogue.onOpenPort()).client("HELO client.example").client(AUTH));
        all.put(DiagnosisId.SEQ_MAIL_MISSING, greeted(Dialogue.onOpenPort()).client(EHLO).client(RCPT));
        all.put(DiagnosisId.SEQ_MAIL_NESTED, greeted(Dialogue.onOpenPort()).client(EHLO).client(MAIL).client(RCPT)
            .client("MAIL FROM:<carol@example.org>"));
        all.put(DiagnosisId.SEQ_RCPT_MISSING, greeted(Dialogue.onOpenPort()).client(EHLO).client(MAIL).client("DATA"));
        all.put(DiagnosisId.SEQ_RCPT_REFUSED, greeted(Dialogue.onOpenPort()).client(EHLO).client(MAIL)
            .recipientRefused("<nobody@example.org>", "550 5.1.1 Unknown user: nobody@example.org").client("DATA"));
        all.put(DiagnosisId.SEQ_AUTH_IN_TRANSACTION, greeted(Dialogue.onOpenPort()).client(EHLO).client(MAIL).client(AUTH));
        all.put(DiagnosisId.SEQ_AUTH_REPEATED, greeted(Dialogue.onOpenPort()).client(EHLO).client(AUTH).client(AUTH));
        all.put(DiagnosisId.SEQ_STARTTLS_REPEATED, greeted(Dialogue.onSubmission()).client(EHLO).client("STARTTLS").client(EHLO)
            .client("STARTTLS"));
        all.put(DiagnosisId.SEQ_STARTTLS_IN_TRANSACTION, greeted(Dialogue.onSubmission()).client(EHLO).client(MAIL).client("STARTTLS"));
        all.put(DiagnosisId.SEQ_STARTTLS_AFTER_AUTH, greeted(Dialogue.onOpenPort()).client(EHLO).client(AUTH).client("STARTTLS"));
        all.put(DiagnosisId.SEQ_PIPELINING, greeted(Dialogue.onOpenPort()).sends(EHLO).sends(MAIL)
            .note("both at once; the reply to the first follows").isAnswered(EHLO).isRefused(Fault.PIPELINED, MAIL));
        all.put(DiagnosisId.SEQ_BARE_LF, greeted(Dialogue.onOpenPort()).client(EHLO).sends(MAIL + "<LF>")
            .isRefused(Fault.BARE_LF, MAIL));
        all.put(DiagnosisId.SYN_ARGUMENT, greeted(Dialogue.onOpenPort()).client("EHLO"));
        all.put(DiagnosisId.SYN_COMMAND, greeted(Dialogue.onOpenPort()).client(EHLO).sends("SEND FORM:<alice@example.org>")
            .isRefused(Fault.UNKNOWN_COMMAND, "SEND"));
        all.put(DiagnosisId.SYN_CHARACTER, greeted(Dialogue.onOpenPort()).sends(EHLO + "<CR>X-Injected: yes")
            .isRefused(Fault.CONTROL_CHARACTER, "octet 0x0D at position 20", EHLO));
        all.put(DiagnosisId.LIMIT_ERRORS, greeted(Dialogue.onOpenPort()).client(EHLO)
            .note(before(GuardSettings.defaults().limits()::isErrorLimitReached) + " refused commands")
            .sends(RCPT).isRefused(Fault.TOO_MANY_ERRORS, RCPT));
        all.put(DiagnosisId.LIMIT_AUTH, greeted(Dialogue.onOpenPort()).client(EHLO)
            .note(before(GuardSettings.defaults().limits()::isAuthFailureLimitReached) + " refused AUTHs")
            .sends(AUTH).isRefused(Fault.TOO_MANY_AUTH_FAILURES, AUTH));
        all.put(DiagnosisId.LIMIT_RECIPIENTS, greeted(Dialogue.onOpenPort()).client(EHLO).client(MAIL)
            .note(before(GuardSettings.defaults().limits()::isRefusedRecipientLimitReached) + " refused recipients")
            .sends(RCPT).isRefused(Fault.TOO_MANY_REFUSED_RECIPIENTS, RCPT));
        all.put(DiagnosisId.AUTH_TLS_REQUIRED, greeted(Dialogue.onSubmission()).client(EHLO).client("AUTH PLAIN"));
        return all;
    }

    /** How many may go wrong before the one that is too many. */
    private static int before(IntPredicate passed) {
        return IntStream.iterate(1, i -> i + 1).filter(passed).findFirst().orElseThrow() - 1;
    }

    private static Dialogue greeted(Dialogue dialogue) {
        return dialogue.server("220 ...");
    }

    /** One for each diagnosis. */
    static Map<DiagnosisId, Dialogue> all() {
        Map<DiagnosisId, Dialogue> all = ofRules();
        all.put(DiagnosisId.AUTH_REQUIRED, greeted(Dialogue.onOpenPort()).client(EHLO).client(MAIL)
            .sends("RCPT TO:<bob@elsewhere.example>").isRefused(Fault.AUTHENTICATION_REQUIRED, RCPT));
        all.put(DiagnosisId.AUTH_CREDENTIALS, auth().isRefused(Fault.CREDENTIALS_REFUSED, AUTH));
        all.put(DiagnosisId.AUTH_EXPIRED, auth().isRefused(Fault.PASSWORD_EXPIRED, AUTH));
        all.put(DiagnosisId.AUTH_TOO_WEAK, auth().isRefused(Fault.MECHANISM_TOO_WEAK, AUTH));
        all.put(DiagnosisId.AUTH_BLOCKED, auth().isRefused(Fault.LOGINS_BLOCKED, "Try again in 5 minutes", AUTH));
        all.put(DiagnosisId.AUTH_UNAVAILABLE, auth().isRefused(Fault.BACKEND_UNAVAILABLE, AUTH));
        all.put(DiagnosisId.AUTH_IDENTITY, greeted(Dialogue.onOpenPort()).client(EHLO).sends("AUTH PLAIN Ym9iAGFsaWNlAHNlY3JldA==")
            .isRefused(Fault.IDENTITY_REFUSED, AUTH));
        all.put(DiagnosisId.AUTH_SENDER, greeted(Dialogue.onOpenPort()).client(EHLO).client(AUTH).sends("MAIL FROM:<carol@example.org>")
            .isRefused(Fault.SENDER_REFUSED, "it may be used for alice@example.org", MAIL));
        all.put(DiagnosisId.AUTH_REVOKED, greeted(Dialogue.onOpenPort()).client(EHLO).client(AUTH)
            .note("the app password is revoked").sends(MAIL).isRefused(Fault.LOGIN_ENDED, MAIL));
        all.put(DiagnosisId.AUTH_MECHANISM, greeted(Dialogue.onOpenPort()).client(EHLO).sends("AUTH CRAM-MD5")
            .isRefused(Fault.MECHANISM_UNKNOWN, AUTH));
        all.put(DiagnosisId.AUTH_ENCODING, greeted(Dialogue.onOpenPort()).client(EHLO).sends("AUTH PLAIN alice:secret")
            .isRefused(Fault.UNDECODABLE, Base64Text.of("alice:secret").flaw(), AUTH));
        all.put(DiagnosisId.AUTH_TOO_LONG, challenged().note("a line of more than 8192 octets").isRefused(Fault.RESPONSE_TOO_LONG, AUTH));
        all.put(DiagnosisId.AUTH_CANCELLED, challenged().sends("*").isRefused(Fault.CANCELLED, AUTH));
        return all;
    }

    private static Dialogue auth() {
        return greeted(Dialogue.onOpenPort()).client(EHLO).sends(AUTH);
    }

    private static Dialogue challenged() {
        return greeted(Dialogue.onOpenPort()).client(EHLO).sends("AUTH LOGIN").server("334 VXNlcm5hbWU6");
    }
}
