package org.smtpguard.backend.apppassword;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.smtpguard.backend.jdbc.JdbcDatabase;
import org.smtpguard.backend.jdbc.JdbcException;
import org.smtpguard.backend.jdbc.JdbcStatement;
import org.smtpguard.backend.jdbc.LateWrites;
import org.smtpguard.backend.support.Background;
import org.smtpguard.backend.support.LastingProblem;
import org.smtpguard.credential.AppPassword;
import org.smtpguard.credential.AppPasswordRequest;
import org.smtpguard.credential.AppPasswordUse;
import org.smtpguard.credential.CredentialResult;
import org.smtpguard.credential.KeyShape;

/**
 * App passwords in an SQL database, for any number of servers: nothing is kept in memory, so each server sees at once what another has
 * written. The tables are in {@code schema.sql}.
 *
 * <p>Threads: any; methods block while the database works.
 */
final class JdbcStore implements AppPasswordStore {
    private static final Logger LOGGER = LoggerFactory.getLogger(JdbcStore.class);
    private static final Duration USE_INTERVAL = Duration.ofMinutes(1);
    private static final int MAX_ROWS = 10_000;
    /** The SQLSTATE class of a violated constraint. */
    private static final String DUPLICATE = "23";
    private static final String COLUMNS = "id, username, label, hash, stored_key, server_key, created, created_by, expires, last_used,"
        + " last_address, last_mechanism, networks, senders, revoked, revoked_by";
    private static final String TABLE = "smtp_guard_app_password";
    private static final String SALTS = "smtp_guard_app_password_salt";

    private static final JdbcStatement FIND = statement("SELECT " + COLUMNS + " FROM " + TABLE + " WHERE hash = ?", "hash");
    private static final JdbcStatement OF_USER = statement("SELECT " + COLUMNS + " FROM " + TABLE + " WHERE username = ?"
        + " ORDER BY created, id", "username");
    private static final JdbcStatement EXPIRING = statement("SELECT " + COLUMNS + " FROM " + TABLE + " WHERE revoked IS NULL"
        + " AND expires >= ? AND expires < ?", "from", "to");
    private static final JdbcStatement ADD = statement("INSERT INTO " + TABLE + " (" + COLUMNS + ") VALUES ("
        + COLUMNS.replaceAll("\\w+", "?") + ")", COLUMNS.split(", ?"));
    private static final JdbcStatement REMOVE = statement("DELETE FROM " + TABLE + " WHERE id = ?", "id");
    private static final JdbcStatement REVOKE = statement("UPDATE " + TABLE + " SET revoked = ?, revoked_by = ? WHERE id = ?"
        + " AND revoked IS NULL", "revoked", "revoked_by", "id");
    private static final JdbcStatement USE = statement("UPDATE " + TABLE + " SET last_used = ?, last_address = ?, last_mechanism = ?"
        + " WHERE id = ? AND (last_used IS NULL OR last_used <= ?)", "last_used", "last_address", "last_mechanism", "id", "before");
    private static final JdbcStatement SALT = statement("SELECT salt, iterations FROM " + SALTS + " WHERE username = ?", "username");
    private static final JdbcStatement ADD_SALT = statement("INSERT INTO " + SALTS + " (username, salt, iterations) VALUES (?, ?, ?)",
        "username", "salt", "iterations");
    private static final JdbcStatement SHAPES = statement("SELECT iterations, COUNT(*) FROM " + SALTS + " GROUP BY iterations");

    private final JdbcDatabase database;
    private final LateWrites uses;
    /** When the last use of each was written, by id: as many as there are app passwords in use. */
    private final Map<String, Instant> written = new ConcurrentHashMap<>();

    JdbcStore(String backend, JdbcDatabase database, Background background) {
        this.database = database;
        this.uses = new LateWrites(database, USE, background, new LastingProblem(LOGGER, backend), JdbcStore::describe);
    }

    private static JdbcStatement statement(String sql, String... parameters) {
        return JdbcStatement.of(sql, List.of(parameters));
    }

    @Override
    public Optional<StoredAppPassword> find(String hash) throws StoreException {
        return query(FIND, Map.of("hash", hash)).stream().findFirst();
    }

    @Override
    public List<StoredAppPassword> of(String user) throws StoreException {
        return query(OF_USER, Map.of("username", user));
    }

    @Override
    public void add(StoredAppPassword added) throws StoreException {
        AppPassword info = added.info();
        for (String id : UserLimit.toForget(of(info.user()), info.created())) {
            change(REMOVE, Map.of("id", id));
        }
        change(ADD, values(added));
    }

    @Override
    public List<AppPassword> revoke(String user, Predicate<AppPassword> meant, Instant when, String by) throws StoreException {
        for (StoredAppPassword one : of(user)) {
            if (meant.test(one.info()) && !one.info().isRevoked()) {
                change(REVOKE, Map.of("revoked", text(when), "revoked_by", by, "id", one.info().id()));
            }
        }
        return of(user).stream().map(StoredAppPassword::info).filter(meant).collect(Collectors.toList());
    }

    @Override
    public Optional<UserSalt> salt(String user) throws StoreException {
        return run(() -> database.query(SALT, Map.of("username", user), 1, rows -> rows.next()
            ? Optional.of(new UserSalt(Base64.getDecoder().decode(rows.getString(1)), Integer.parseInt(rows.getString(2))))
            : Optional.empty()));
    }

    @Override
    public UserSalt salt(String user, UserSalt proposed) throws StoreException {
        Optional<UserSalt> present = salt(user);
        if (present.isPresent()) {
            return present.get();
        }
        run(() -> {
            try {
                database.run(ADD_SALT, Map.of("username", user, "salt", Base64.getEncoder().encodeToString(proposed.salt()), "iterations",
                    Integer.toString(proposed.iterations())));
            } catch (SQLException e) {
                if (!String.valueOf(e.getSQLState()).startsWith(DUPLICATE)) {
                    throw e;
                }
                // Another server was faster: its salt is read below.
                LOGGER.debug("The salt of a user was created by another server at the same time");
            }
            return true;
        });
        return salt(user).orElseThrow(() -> new StoreException("the table " + SALTS + " does not keep what is written"));
    }

    @Override
    public void use(StoredAppPassword used, AppPasswordUse use) {
        String id = used.info().id();
        Instant before = use.time().minus(USE_INTERVAL);
        Instant last = written.getOrDefault(id, used.info().lastUse().map(AppPasswordUse::time).orElse(Instant.MIN));
        if (last.isAfter(before)) {
            return;
        }
        written.put(id, use.time());
        Map<String, String> values = new HashMap<>(Map.of("last_used", text(use.time()), "last_mechanism", use.mechanism(), "id", id,
            "before", text(before)));
        use.address().ifPresent(address -> values.put("last_address", address));
        uses.write(values);
    }

    private static String describe(String fault) {
        return "cannot write when app passwords were last used: " + fault + ". Log-ins are not affected";
    }

    @Override
    public List<AppPassword> expiring(Instant from, Instant to) throws StoreException {
        return query(EXPIRING, Map.of("from", text(from), "to", text(to))).stream().map(StoredAppPassword::info)
            .collect(Collectors.toList());
    }

    @Override
    public Map<KeyShape, Long> shapes() throws StoreException {
        return run(() -> database.query(SHAPES, Map.of(), MAX_ROWS, rows -> {
            Map<KeyShape, Long> shapes = new HashMap<>();
            while (rows.next()) {
                shapes.put(new UserSalt(new byte[UserSalt.OCTETS], Integer.parseInt(rows.getString(1))).shape(), rows.getLong(2));
            }
            return shapes;
        }));
    }

    @Override
    public Optional<String> mistake() {
        return Optional.empty();
    }

    @Override
    public Optional<String> problem() {
        return uses.problem();
    }

    @Override
    public String initialise() throws StoreException {
        try {
            find("");
            return "the tables exist";
        } catch (StoreException e) {
            LOGGER.debug("The tables do not exist yet: {}", e.getMessage());
        }
        for (String sql : schema()) {
            change(statement(sql), Map.of());
        }
        return "created the tables " + TABLE + " and " + SALTS;
    }

    private static List<String> schema() {
        try (InputStream in = JdbcStore.class.getResourceAsStream("schema.sql")) {
            String text = new String(in.readAllBytes(), StandardCharsets.UTF_8).replaceAll("--[^\\n]*\\n", "");
            return Stream.of(text.split(";")).map(String::strip).filter(sql -> !sql.isEmpty()).collect(Collectors.toList());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private List<StoredAppPassword> query(JdbcStatement statement, Map<String, String> values) throws StoreException {
        return run(() -> database.query(statement, values, MAX_ROWS, rows -> {
            List<StoredAppPassword> found = new ArrayList<>();
            while (rows.next()) {
                found.add(read(rows));
            }
            return found;
        }));
    }

    private void change(JdbcStatement statement, Map<String, String> values) throws StoreException {
        run(() -> {
            database.run(statement, values);
            return true;
        });
    }

    private static Map<String, String> values(StoredAppPassword stored) {
        AppPassword info = stored.info();
        Map<String, String> values = new HashMap<>(Map.of("id", info.id(), "username", info.user(), "label", info.label(), "hash",
            stored.hash(), "created", text(info.created()), "created_by", info.createdBy(), "networks", String.join(" ", info.networks()),
            "senders", String.join(" ", info.senders())));
        info.expires().ifPresent(end -> values.put("expires", text(end)));
        stored.keys().ifPresent(keys -> {
            values.put("stored_key", Base64.getEncoder().encodeToString(keys.storedKey()));
            values.put("server_key", Base64.getEncoder().encodeToString(keys.serverKey()));
        });
        return values;
    }

    private static StoredAppPassword read(ResultSet row) throws SQLException {
        AppPassword made = AppPassword.of(row.getString("id"), AppPasswordRequest.of(row.getString("username"), row.getString("label"),
            row.getString("created_by")).expiring(time(row, "expires")).from(words(row, "networks")).sendingAs(words(row, "senders")),
            time(row, "created").orElseThrow());
        Optional<Instant> lastUsed = time(row, "last_used");
        AppPassword used = lastUsed.isEmpty() ? made : made.lastUsed(new AppPasswordUse(lastUsed.get(),
            Optional.ofNullable(row.getString("last_address")), Optional.ofNullable(row.getString("last_mechanism")).orElse("")));
        Optional<Instant> revoked = time(row, "revoked");
        AppPassword whole = revoked.isEmpty() ? used : used.revoked(revoked.get(),
            Optional.ofNullable(row.getString("revoked_by")).orElse(""));
        String storedKey = row.getString("stored_key");
        String serverKey = row.getString("server_key");
        return new StoredAppPassword(whole, row.getString("hash"), storedKey == null || serverKey == null ? Optional.empty()
            : Optional.of(new StoredAppPassword.ProofKeys(Base64.getDecoder().decode(storedKey), Base64.getDecoder().decode(serverKey))));
    }

    private static Optional<Instant> time(ResultSet row, String column) throws SQLException {
        return Optional.ofNullable(row.getString(column)).map(Instant::parse);
    }

    private static List<String> words(ResultSet row, String column) throws SQLException {
        return Optional.ofNullable(row.getString(column)).stream().flatMap(text -> Arrays.stream(text.split(" ")))
            .filter(word -> !word.isEmpty()).collect(Collectors.toList());
    }

    /** Of one length, so that the database can compare texts. */
    private static String text(Instant time) {
        return time.truncatedTo(ChronoUnit.SECONDS).toString();
    }

    private static <T> T run(Work<T> work) throws StoreException {
        try {
            return work.run();
        } catch (SQLException e) {
            throw new StoreException(JdbcException.result(e));
        } catch (DateTimeException | IllegalArgumentException e) {
            throw new StoreException(CredentialResult.unavailable("a row of the table " + TABLE + " cannot be read").forThisUser());
        }
    }

    @Override
    public String address() {
        return database.address();
    }

    @Override
    public void close() {
        database.close();
    }

    @Override
    public String toString() {
        return database.toString();
    }

    private interface Work<T> {
        T run() throws SQLException, StoreException;
    }
}
