package org.smtpguard.password;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Hashes of one password, and of one with umlauts, as other programs have made them; and the vectors of the RFCs. */
class MadeElsewhereTest {
    private final PasswordSchemes schemes = PasswordSchemes.standard().withPlain();

    @ParameterizedTest(name = "doveadm pw: {0}")
    @CsvSource(delimiter = '|', value = {
        "ARGON2I | {ARGON2I}$argon2i$v=19$m=32768,t=4,p=1$BTiixbEZR6TOsumK3C56cA$ZFYrbstoIfiPNloXcDGsGiiAc837OhN+1eUps7b522U",
        "ARGON2ID | {ARGON2ID}$argon2id$v=19$m=65536,t=3,p=1$bt876QIrM/D/Jh5vLStNHw$BNeVNRt61P+ks3+n1A7q/nmD0qZPp3wfGjal6FmUcXs",
        "PBKDF2 | {PBKDF2}$1$GrhLxnewDVwbiILP$5000$f7be3dd7d9ed1f13a1c782a5991a171386a2a7be",
        "PBKDF2 | {PBKDF2}$1$fPhDBlJr73fsxoS1$12$0cf06774e343c27b33a30abed9b71825892a29b7",
        "SHA512-CRYPT | {SHA512-CRYPT}$6$5RHIINUxtu.yorJM$"
            + "OpuQwC.A1D.IncCp67ubdcxhOtEXFyk7QqTDgK/x5zyFgbOq3Bch5JKTL09KvEGF9oUKc3yDMg1xuWe5aQAoA1",
        "SHA512-CRYPT | {SHA512-CRYPT}$6$rounds=10000$U.QmyGrMU9AAex69$"
            + "s8mAgAZnhmqXY43wVGOA1T61jFnNU3bgVb6xIvRrrvqGF4DH3uL4MSRkGrKXOaMGH01KWSV7JKSMGOdJD3FgR.",
        "SHA256-CRYPT | {SHA256-CRYPT}$5$2fuxVf4q/A/CVtEB$ZjvRpKmwTOWMSNvtCY7fEoJewJYlW6IMOSo4ackGCAC",
        "MD5-CRYPT | {MD5-CRYPT}$1$T4xGa2Hp$NIasNZPpC79KAAtr8JtVV/",
        "BCRYPT | {BLF-CRYPT}$2y$05$84oF5HAQyozL7sSXPTTRmOCnBdF8gYpPEpzJwEfledFo31XywLp06",
        "BCRYPT | {CRYPT}$2y$05$yNo5qH8i9JQHbEcZbdLDXeOGrcI5EcyBwhtNqq.2u6UqM.BvNiMeC",
        "SSHA | {SSHA}/57DLnhGlDtDF2UkgVBkrA0vmDgqbiSJ",
        "SSHA256 | {SSHA256}s5IRvXDEXw4/+vvSjXPw08NoLytXHJQzjI+iIa+JZ3WNMGc2",
        "SSHA512 | {SSHA512}9lvOn8+AZ1idA8QHBr2xeExJlFRQTpN0koYHjXXYNX0upP5mD6zDl5Z/+4oHr0LkkQA6wXhknd6nwJvmAFdIKpxEyJE=",
        "SHA | {SHA}L55TUjtiq8FBorTWAZ0jy6g129A=",
        "SHA | {SHA1}L55TUjtiq8FBorTWAZ0jy6g129A=",
        "SHA256 | {SHA256}QQTTb42iwlQ0n4WDZ5Pr4CngyVcGOjTJHC6SAxh7VjE=",
        "SHA256 | {SHA256.B64}QQTTb42iwlQ0n4WDZ5Pr4CngyVcGOjTJHC6SAxh7VjE=",
        "SHA256 | {SHA256.HEX}4104d36f8da2c254349f85836793ebe029e0c957063a34c91c2e9203187b5631",
        "SHA512 | {SHA512}VraY3v7bWkNbY0r+MyC7rz/c2SC2xQOkRvx7endrKY1HnRumqLYXgI6wv1ec6aldZoNHvKtxSQhayTyyeZUZew==",
        "SHA512 | {SHA512.HEX}56b698defedb5a435b634afe3320bbaf3fdcd920b6c503a446fc7b7a776b298d"
            + "479d1ba6a8b617808eb0bf579ce9a95d668347bcab7149085ac93cb27995197b",
        "SHA | {SHA.HEX}2f9e53523b62abc141a2b4d6019d23cba835dbd0",
        "SSHA | {SSHA.HEX}a225dad4f70db1dbe557ffc29a0c04f505974b642bba0225",
        "SSHA | {SSHA.BASE64}63PgU+EmypOyoMa21yoh1OQwDBnpZvMQ",
        "SSHA256 | {SSHA256.HEX}e1de864b1318c8edc0d91a45a14d2892e461b2d79c1f7e32482b9b34c84c30d1c1a0b55e",
        "SSHA512 | {SSHA512.HEX}ea7731f5e6799e803310d36bbc631ccf4c5d1e0c5027d23aa8626ccb1e7cf102"
            + "fd232a4deb7840afc6fff78d3012dda17d9e6d7092aab94a1a8bc26460a39ac8ffa1188b",
        "SCRAM-SHA-256 | {SCRAM-SHA-256}4096,8EgCDXLaYoKiLuPKj8rS1Q==,o4MT15l6o5EpJ8qKRWSVGdeEeoQyIdhsuYdkMDSGrwQ=,"
            + "S/JeEDYeMuOV/pa6GznZfXxIFXJtKq995gfVfZvoZic=",
        "PLAIN | {PLAIN}correct horse",
        "PLAIN | {CLEARTEXT}correct horse",
    })
    void byDoveadm(String scheme, String hash) {
        assertOf("correct horse", scheme, hash);
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(delimiter = '|', value = {
        "htpasswd -m | APR1 | $apr1$.BEbcIcT$U.8KK3fkR6VsFCi7mNx82.",
        "htpasswd -B | BCRYPT | $2y$05$a6RRObdAwcZ243G/Tei/QewhVp3G/nGY19l/D4XYfamybRM0PpeF.",
        "htpasswd -s | SHA | {SHA}L55TUjtiq8FBorTWAZ0jy6g129A=",
        "htpasswd -2 | SHA256-CRYPT | $5$ryG43Hf6m60oirPB$J6bM.E4Wf6dlYaYRqoG..51HZ.lAbvG4pWSs9nxXsP5",
        "htpasswd -5 | SHA512-CRYPT | $6$UoggfKOkbeYidVvq$"
            + ".pw2IeVt.Oq0fQT41fOBwgP/fnl0hoaVg3vliJq7zF8xPd3HSrd/9xctC3NqXVfA4mn7yZFcUttf7L25Biw910",
        "htpasswd -5 -r 10000 | SHA512-CRYPT | $6$rounds=10000$6qtbIcoHcbsAR9hq$"
            + "mZlDOOydEVeI76w4m0NxBRzMLChOvqG6sEiP.rI4yVxL1tGrho.kDynpnMG.eLeinjCjAAbNfTgHRZuEUhwAh1",
        "mkpasswd -m sha512crypt | SHA512-CRYPT | $6$rov3Tehcn4jVSCOS$"
            + ".cMEF6DbfDEqUUhHNd5r9uqfhhZthzuGttwagz2bhSfJyOaCBmBIjCpefDNCIA8zCEwRvo/HeAN.OnxL/KmN.1",
        "mkpasswd -m sha512crypt -R 20000 | SHA512-CRYPT | $6$rounds=20000$Iea9TVkZkMqb2jH9$"
            + "/EsRokt28zhzAflURzWbk/0zJhfiYH5gds26G62gikXG7VPn8S8m0I0D3Z/ybBUMbV6gzioWes.5Ucd7DeUB41",
        "mkpasswd -m sha256crypt | SHA256-CRYPT | $5$HpCvuWRoE2F6KdQ5$hNnkhX2OePTOjPyWbttNhg/RIbLtYY0qWNUgkL7Hls.",
        "mkpasswd -m md5crypt | MD5-CRYPT | $1$PGp4rZlo$A9.uYPw/aFfusxa3rDpu20",
        "mkpasswd -m scrypt | SCRYPT | $7$CU..../....pHH8F1ok4odj8qwTSRv4p.$4n/zT4.H2u.oaCiBT7my5d94CtR47JTrTUt7e4cgEI7",
        "mkpasswd -m bcrypt | BCRYPT | $2b$05$2qjhkcgzlc8SIAJ.MLxI9esEpKW5Fs8y.J4ZeVj22iqG4A2OXc3MG",
        "slappasswd | SSHA | {SSHA}rP0qBk/1Vt3Iw8ejm41iNocY0fdAvD2U",
        "slappasswd, {CRYPT} | SHA512-CRYPT | {CRYPT}$6$DmxYPGpQZN41dHc9$"
            + "HEWABW6g4UNqqKJHrf5dCwax6hzAWZx5ZTs9mFm1cT3gr1Q5wPjlbBQE2Dc8TyxuYJWq/htA.yf8qlebdZOb60",
        "slappasswd, pw-sha2 | SSHA256 | {SSHA256}TVH9lGjO1S3wfflh71u5k+Xn0LCCdCmXPIGQzeitEPUU1hwHCFZxXQ==",
        "slappasswd, pw-sha2 | SSHA512 | {SSHA512}yJ+GBlaP8O8BtSxRSFoR0hoRyOov/aHZ0N3HVqHlIRss"
            + "StAejzwNh+Cfvj0q6eWYzO0D5ed6fZHIjfQSA9LRTnxH2iXTRryz",
        "slappasswd, argon2 | ARGON2I | {ARGON2}$argon2i$v=19$m=4096,t=3,p=1$F54/g4uYe8AJW8eQ4IpdYQ$"
            + "mA7EXvZry/bHxXzfbOHWtJ5lA7GQGWu+tAzKqUiNIyw",
        "argon2 -d | ARGON2D | $argon2d$v=19$m=256,t=2,p=1$c2FsdHNhbHQx$PPzHH74mdZt8ffD1EedNOV+9N/BbaATaw8FtLbnkrj0",
        "argon2 -i | ARGON2I | $argon2i$v=19$m=256,t=2,p=1$c2FsdHNhbHQx$pWsOnw3sVUSHnojKEB+fgmAsQoXNrz2XaT3xcJL3Uuo",
        // Python's hashlib, in the forms of OpenLDAP's pw-pbkdf2 and of James' tables
        "pw-pbkdf2 | PBKDF2 | {PBKDF2}10000$MDEyMzQ1Njc4OWFiY2RlZg$PfCAKXMJGIxI4FChAYKzBCKkhNE",
        "pw-pbkdf2 | PBKDF2 | {PBKDF2-SHA1}10000$MDEyMzQ1Njc4OWFiY2RlZg$PfCAKXMJGIxI4FChAYKzBCKkhNE",
        "pw-pbkdf2 | PBKDF2-SHA256 | {PBKDF2-SHA256}10000$MDEyMzQ1Njc4OWFiY2RlZg$TI2grtvV1HW5nz2rBY4tctlrmOj5bZs0dw9j8NHpRRc",
        "pw-pbkdf2 | PBKDF2-SHA512 | {PBKDF2-SHA512}10000$MDEyMzQ1Njc4OWFiY2RlZg$"
            + "Ku2kkJn6DxC9USh74Agbkv4vbBI4ZhZ8d47MX26bL/eRW8hekiZ5S9cnh202r0tlRpHPMeEkni4bLxrm9.9Cvw",
        "James | JAMES | {JAMES}PBKDF2/plain$alice@example.org$"
            + "wwcEL+mQjqLRAMakpUOHzoV+h9Ub63amrIxFfVparQTIGn71/dW39taSpiIDWND/v3EnCFQOqv+OFkHPYxpBVw==",
        "James | JAMES | {JAMES}PBKDF2-SHA512/plain$alice@example.org$"
            + "dZZNfy1QVd/sn3SgrA5DR2cmGdF6WUomW0Em9oTwvbS+rDZxu4WjS1tVyq0nXSOC2g/VJo2nS32JKypyecLZHg==",
        "James | JAMES | {JAMES}SHA-1/plain$alice@example.org$L55TUjtiq8FBorTWAZ0jy6g129A=",
        "James | JAMES | {JAMES}SHA-512/salted$alice@example.org$"
            + "RfW24id9fosGf8WSFrUVKThomPZysYO6kB6FHV7616sgBHoIB5wqiZJpK3Q6R92qfxLbgSvUMfFGiIe6GfTdcQ==",
        "James with JPA | JAMES | {JAMES}SHA-512$alice@example.org$56b698defedb5a435b634afe3320bbaf3fdcd920b6c503a446fc7b7a776b298d"
            + "479d1ba6a8b617808eb0bf579ce9a95d668347bcab7149085ac93cb27995197b",
        "James | JAMES | {JAMES}MD5/plain$a$PLTnMmMfR+brlh80VUt83g==",
    })
    void byOthers(String tool, String scheme, String hash) {
        assertOf("correct horse", scheme, hash);
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(delimiter = '|', value = {
        "doveadm | SCRAM-SHA-256 | {SCRAM-SHA-256}4096,jYTQj+ohk1RDQu7zfOjEUQ==,Gr7RWsSWo2gAW50T/eV+Qcdpd+dqpKcshEnzwXrJiYA=,"
            + "rY2UGC1bgFitE5Z7Cq43kVGkkw0cC/A9uYYJD7gwFVE=",
        "doveadm | SHA512-CRYPT | {SHA512-CRYPT}$6$Rb0VquvcpEFkEMp8$"
            + "L888XzDJNwosue3BUoxEWJ7ciYK72in1IGZ2t8v/RMbTn8EO2j1E.nyXAdoI.4b.M4XqP8sgi8qb/QAOqtTwc.",
        "doveadm | PBKDF2 | {PBKDF2}$1$AduhwK2X3sID5em9$5000$070be96b92e8fd7cf622cf9a326856afe3b8cdb4",
        "doveadm | SSHA256 | {SSHA256}oOKhMW9jlbmKTTBK8EwW5hA5x854T/VanVO0lYUbjlgaGbYL",
        "doveadm | SSHA512 | {SSHA512}1vhy/Ur18ir9UtQIv2ruNzYDc8ME8tlT1LSTIR60ASHM7YdeSeJOENI88XCxxBvlsuA2ABOYBf2sBtBhP6vkPk31sQI=",
        "mkpasswd | SCRYPT | $7$CU..../....SD10kGYcyz17ay8QwOpSA/$UbRynaUOkggh0GTo4cq/Wb4zkKxoVNgqOq.skkxU5W.",
        "mkpasswd | SHA256-CRYPT | $5$rounds=1000$9LtwQpU/5dj.VgKG$azvqer.gySItLSt6RybVw9xr5pabkmWTRyPYTKHwD55",
        "htpasswd | APR1 | $apr1$vPbCm3LP$/kOpPBoCeyLJbiT7670aV0",
        "slappasswd | ARGON2I | {ARGON2}$argon2i$v=19$m=4096,t=3,p=1$f59bYV2FW2nhIrm5hrOh4g$fJPI8CIPgbuAxFSLk8bJm3Mgc9Oqr9PRc5m9D0g12a4",
        "James | JAMES | {JAMES}PBKDF2-SHA512-210000-256/plain$alice@example.org$5iZWXSdE0HF8VRxcS9L2ozSdgwf+hdtB9TwUYFvF2WE=",
        "James with JPA | JAMES | {JAMES}SHA-256/salted$al$ce$9e23f1eec820f41cc29768477bed4fee46d9a74d6ee01f1fc402991fb3c4863b",
        "James | JAMES | {JAMES}SHA-256/salted$al$ce$eeKSxM30tMPiWkxjQlVkqtMJytYk1IvQdhYtNdYgeeQ=",
    })
    void withUmlauts(String tool, String scheme, String hash) {
        assertOf("pässwörd", scheme, hash);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', quoteCharacter = '"', value = {
        "RFC 7914 §12 | pleaseletmein | $scrypt$ln=14,r=8,p=1$U29kaXVtQ2hsb3JpZGU$"
            + "cCO9yzr9c0hGHAbNgf046/2o+7qQT44+qbVD9lRdofLVQylVYT8Pz2LUlwUkKpr55h6F3A1lHkDfzwF7RVdYhw",
        "RFC 6070 §2, the salt in full | passwordPASSWORDpassword | $pbkdf2$4096$c2FsdFNBTFRzYWx0U0FMVHNhbHRTQUxUc2FsdFNBTFRzYWx0$"
            + "PS7sT.QchJuAyNg2YsDkSospGpY",
        "the same with SHA-256 | passwordPASSWORDpassword | $pbkdf2-sha256$4096$c2FsdFNBTFRzYWx0U0FMVHNhbHRTQUxUc2FsdFNBTFRzYWx0$"
            + "NIyJ28vTKy8y2BS4EW6EzysXNH68GAAYHE4qH7jdU.E",
        "the same with SHA-512 | passwordPASSWORDpassword | $pbkdf2-sha512$4096$c2FsdFNBTFRzYWx0U0FMVHNhbHRTQUxUc2FsdFNBTFRzYWx0$"
            + "jAUR9Mbll8asYxXY8DYuIl88UBSVuiO4aMAFF03E7nERW1n55gzZUy.jPg91rv4wIlxYOhhs2CvU2uqXJKPTuA",
        "RFC 7677 §3 | pencil | {SCRAM-SHA-256}4096,W22ZaJ0SNY7soEsUEjb6gQ==,WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=,"
            + "wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=",
        "the same with SHA-512 | pencil | {SCRAM-SHA-512}4096,W22ZaJ0SNY7soEsUEjb6gQ==,"
            + "6AAub3065EYRmyFpM2RNwqK+eGnrkYuEWbXn19LsEmBqzu8QaCXNc1FwpnX9NhH2hK/60dzj9DoO5DvVkOHbvg==,"
            + "jZHbYjC1aHh0/hKbxyBuGFjDrgjgKTT1esA7awWiKcRZ0o/0b1yWEebBeSVkkCFewf91nLDfKF24mvD5nmE6rA==",
        "the specification of SHA-crypt | Hello world! | $5$saltstring$5B8vYYiY.CVt1RlTTf8KbXBH3hsxY/GNooZaBBGWEc5",
    })
    void inStandards(String where, String password, String hash) {
        assertThat(schemes.read(hash).matches(password.getBytes(UTF_8))).isTrue();
        assertThat(schemes.read(hash).matches((password + "x").getBytes(UTF_8))).isFalse();
    }

    private void assertOf(String password, String scheme, String hash) {
        PasswordHash read = schemes.read(hash);

        assertThat(read.scheme()).isEqualTo(scheme);
        assertThat(read.matches(password.getBytes(UTF_8))).isTrue();
        assertThat(read.matches((password + "x").getBytes(UTF_8))).isFalse();
        assertThat(read.matches(new byte[0])).isFalse();
    }
}
