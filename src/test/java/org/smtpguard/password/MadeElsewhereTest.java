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

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(delimiter = '|', quoteCharacter = '\0', ignoreLeadingAndTrailingWhitespace = true, value = {
        "libxcrypt | $6$ab+cdefg$8s2d9NriE9cELjpKF0DDIwC2JAX/PYVmutRZygB.3gwPS9GY/ujjS1V5DaNLfBdGcEqktF7bKU6iYo1UsbXSG1",
        "libxcrypt | $6$$6LUofpTKYGJWmsxkYcfhDE9wD283B.yVCb5N1sauapb401RaE4WCRGITJhyCTMm1Vn0P9o4AW6q0BRXpOJZc9.",
        "libxcrypt | $6$rounds=1000$$MAtKCwSDBQcRsZx4EQFNZcdGeqdhR4..Fvk.aVF69HxiT.DIHWXc7OXyxT7BpUzTA/i1BYyz"
            + "edxa6z55z119y0",
        "libxcrypt | $6$rounds=1000$a-b,c$CdEzS.pbXr1fyZuFumFdvF47jYRmM/C3qhnX5SQ/ijJV4RbY5d3NDZjsNRdDqb6FDfk"
            + "r7a.j1vW.4yq6ktEud/",
        "libxcrypt | $6$0123456789abcdef$lDHzA5IdO41viXIs6llkDKq4Uh2VG9JXIYJ.taq2zlNFqBnKQ0/fOUW0Zoz49ZnOpe2A"
            + "CY.PoF6wosL.jL3Af0",
        "libxcrypt | $5$@$c/RhAszQLzqIjv65a73xxJV/G1e3pM.Oh65VPvibUf3",
        "libxcrypt | $5$$SCAp760RlvU0CgD9TQAY9wchWGPvPJ8P8S7gF/3F/S0",
        "libxcrypt | $5$rounds=1000$=_=$af75l.m7qeFZhaBjZwvN4vtUxTEistUkeJu7JVEOG55",
        "libxcrypt | $5$0123456789abcdef$GkVfGOcpKLcryIiNM.uN6AQV7DQsJJPqGu0QqsSSMrD",
        "libxcrypt | $1$ab+c$EyV23KLZn0yOnERJOioKm1",
        "libxcrypt | $1$$IfI/mw4YSCwcQoW.D.DSu1",
        "libxcrypt | $1$01234567$KlTYCxtZ61Srbbg8DIKjX1",
        "libxcrypt | $7$CU..../....$Rur7ibddwf102R7OggQzxhq6cq5eNyQMdEBm/97WLBB",
        "openssl passwd -6 | $6$ab+cdefg$8s2d9NriE9cELjpKF0DDIwC2JAX/PYVmutRZygB.3gwPS9GY/ujjS1V5DaNLfBdGcEqk"
            + "tF7bKU6iYo1UsbXSG1",
        "openssl passwd -6 | $6$a b$ezh.JNKU8MqdA4REwSOxmGjGmsCByFBMCy9WLD1PqunsiBalfr43EsIg7E89mBTyYZ2bOGGE65BpstRvS15jL0",
        "openssl passwd -6 | $6$é$y.8n5xIGANIGtF4ko1iVf4gfo.1ZHGocuhTlrxo9gNtaOnCjedNJl8s6CMrbWDrC4x5c8zze2sw4AWKdWRyH71",
        "openssl passwd -6 | $6$!x*;\\$cCysSXcLnUpC3bbNkvknciFTKNy6QLRobidJmp2k58GUHpQ.hLnq73JuirkYqpVfBMXCD6X"
            + "PR7GEnycFc1Ty11",
        "openssl passwd -6 | $6$0123456789abcdef$lDHzA5IdO41viXIs6llkDKq4Uh2VG9JXIYJ.taq2zlNFqBnKQ0/fOUW0Zoz4"
            + "9ZnOpe2ACY.PoF6wosL.jL3Af0",
        "openssl passwd -5 | $5$ab+cdefg$yN73LC1gQCbiIJy7nxDfJEtHTLlSFnXqTfPIleoCvE9",
        "openssl passwd -5 | $5$a b$.a51rMJxtRF14PsLFkQ9TsNYoq8vMLbKsX4dYFrp6U8",
        "openssl passwd -5 | $5$é$uZPVzv0nCO9aWZ7U7m0iHJ/zjpGrvqOjFecQKcUx4.A",
        "openssl passwd -5 | $5$!x*;\\$HrXKIEVkUV9zmAxk8p4hk4FFakdEjf2G7zHQeXsqM.9",
        "openssl passwd -5 | $5$0123456789abcdef$GkVfGOcpKLcryIiNM.uN6AQV7DQsJJPqGu0QqsSSMrD",
        "openssl passwd -1 | $1$ab+cdefg$7DerJEgkHQYTnmwiOMkoa1",
        "openssl passwd -1 | $1$a b$X0P1Waw3zinxp21rGy3Hn1",
        "openssl passwd -1 | $1$é$04hlQxP5zOqoh5bZU1Gls/",
        "openssl passwd -1 | $1$!x*;\\$A3GY97qqxEpBMQ/NtNMVk0",
        "openssl passwd -1 | $1$01234567$KlTYCxtZ61Srbbg8DIKjX1",
        "openssl passwd -apr1 | $apr1$ab+cdefg$.naBEDy/fvnlO6EmCry5j/",
        "openssl passwd -apr1 | $apr1$a b$GToQ1pGEE38uxa7/tkWKY1",
        "openssl passwd -apr1 | $apr1$é$QhF8NB7117mQC7FaYY/gj.",
        "openssl passwd -apr1 | $apr1$!x*;\\$B0PwkybWX82y5MYqrVFRf.",
        "openssl passwd -apr1 | $apr1$01234567$ci/pK3.qnUZOyE.Xerv.C0",
        "doveadm pw -s SSHA256.HEX | {SSHA256.HEX}c1f8758245acab37be51addd3ce0e2e15c34834e39b944e41378f509d9715d53c06bf8cf",
        "doveadm pw -s SHA512-CRYPT.B64 | {SHA512-CRYPT.B64}JDYkTmhRQ0FsdGRFTXdKTXhQbyRjLzNHWUxWYlhzZTdGbDhsV"
            + "nNZdldHZmZaOEE1NnVBbmN0dEFxcUp1ZzJ6Z1JTZFJ2N2p3clFCZUplVHNQMkc2TW9PbFNHN1lVNk84dnRGRWV5R1laLw==",
        "doveadm pw -s SHA512-CRYPT.HEX | {SHA512-CRYPT.HEX}24362471667969776534414d47796953303654244e366c737"
            + "54b4b2f39587266383859724f584a6e44535776766c656c663948694858506c51427467664d4d42434632334f4e686139423"
            + "455666f6c735836624a75725737494574493379474e344161766c4b3672742e",
        "doveadm pw -s SHA256-CRYPT.BASE64 | {SHA256-CRYPT.BASE64}JDUkeWR4Z0s1eW41Y3hyWEtIbiRvY0t5MFpVeGE3T3d"
            + "hRE5YWVZ5SlJkb0loUkJkNnVTTnJHLmhrZTI2Rlg1",
        "doveadm pw -s MD5-CRYPT.hex | {MD5-CRYPT.HEX}2431246e456f4d7541584324427451517a4e34753144554b4944536b482e56487030",
        "doveadm pw -s PBKDF2.b64 | {PBKDF2.B64}JDEkRlhDNEw5MTg2YkV2OHdwRiQ1MDAwJGRkZGU5MWNkM2MxNWJlZWNiY2YxN"
            + "2I3MTIwYTUzZDJiZDY1NDFkMGU=",
        "doveadm pw -s BLF-CRYPT.B64 | {BLF-CRYPT.B64}JDJ5JDA1JDZNbFlmODZMaEhZSEZ2VHFNSnNnWWVRcllIOS9GWkg1Ukp"
            + "aSXZoRUZ0bVAwaXdaZUxIRWVp",
        "doveadm pw -s SCRAM-SHA-256.b64 | {SCRAM-SHA-256.B64}NDA5NixmK1ZpNm5FUXo0dUdBaWg0YmVUenBnPT0sL1JRZGQ"
            + "xT0tHdGNSZGpSMkJoME0zeGZtaHJoTVJ0LzF0WFk4aTlnSWI3RT0sSUUzMmRFTnh4eWNadll3SUp6OElUN2tvT0VKbUpySU5SSTl"
            + "FUHFUUTJvcz0=",
        "doveadm pw -s PLAIN.b64 | {PLAIN.B64}Y29ycmVjdCBob3JzZQ==",
        "doveadm pw -s CLEARTEXT.HEX | {CLEARTEXT.HEX}636f727265637420686f727365",
        "doveadm pw -s ARGON2ID.B64 | {ARGON2ID.B64}JGFyZ29uMmlkJHY9MTkkbT02NTUzNix0PTMscD0xJENzUlpvVFFaZXpzM"
            + "S9NVkk0UkNBTnckVklIMVN2K0xHQU9pd012NEZOOXdqU1k2WEtSQVpodFlVSzl0WG5CcTFyaw==",
        "doveadm pw -s CRYPT.B64 | {CRYPT.B64}JDJ5JDA1JEtkV2hWNlJkeUxvSC9uSnF6Q3FiWS5TR2VTMUNpOXY0SmtjcURwT2Z"
            + "yUnp0YWF1YS42UXp5",
        "doveadm pw -s SSHA512.B64 | {SSHA512.B64}sbb5l0xQkdReA6VOh43pWatR7KUq/3WK+h2SP6PGfy6XgXeMgv2mkZ4Wqlh"
            + "Gl2146izpGIZZnwYsPebHfsthA1+yKhY=",
        "doveadm pw -s SHA1.HEX | {SHA1.HEX}2f9e53523b62abc141a2b4d6019d23cba835dbd0",
        "doveadm pw -s MD5 | {MD5}$1$Vx2jVoHd$sNkoXr0kRqBmCdsw64U47/",
    })
    void withWhateverSaltAndInWhateverWrapping(String tool, String hash) {
        PasswordHash read = schemes.read(hash);

        assertThat(read.matches("correct horse".getBytes(UTF_8))).isTrue();
        assertThat(read.matches("correct house".getBytes(UTF_8))).isFalse();
        assertThat(read.decoy().matches("correct horse".getBytes(UTF_8))).isFalse();
    }

    @ParameterizedTest(name = "{1}")
    @CsvSource(delimiter = ' ', value = {
        "secret $6$ab+cdefg$H4djETLRmYInjWANZl7JDdDyur.hVvz2jSe7sGeR48Nu2X5HgE1pO/fV9zV7WL5ZO.RnOQeNiC/Z661U81Z/g0",
        "password $argon2id$v=19$m=256,p=1,t=2$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
        "password $argon2id$v=19$p=1,t=2,m=256$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
        "pleaseletmein $scrypt$r=8,p=1,ln=14$U29kaXVtQ2hsb3JpZGU$cCO9yzr9c0hGHAbNgf046/2o+7qQT44+qbVD9lRdofLVQ"
            + "ylVYT8Pz2LUlwUkKpr55h6F3A1lHkDfzwF7RVdYhw",
        "passwordPASSWORDpassword $pbkdf2-sha256$i=4096,l=32$c2FsdFNBTFRzYWx0U0FMVHNhbHRTQUxUc2FsdFNBTFRzYWx0$"
            + "NIyJ28vTKy8y2BS4EW6EzysXNH68GAAYHE4qH7jdU+E",
        "passwordPASSWORDpassword $pbkdf2-sha256$i=4096$c2FsdFNBTFRzYWx0U0FMVHNhbHRTQUxUc2FsdFNBTFRzYWx0$NIyJ2"
            + "8vTKy8y2BS4EW6EzysXNH68GAAYHE4qH7jdU+E",
    })
    void withParametersInAnyOrderAndAnySalt(String password, String hash) {
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
