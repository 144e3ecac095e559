//! The environment of a 2FAuth that is started here. Every setting that matters is said, so that an `.env` file in its
//! directory, which the environment goes before, changes nothing.

use std::path::Path;

use super::policy::Setup;

/// The settings that are the same for all.
const FIXED: &[(&str, &str)] = &[
    ("APP_NAME", "2FAuth"),
    ("APP_ENV", "production"),
    ("APP_DEBUG", "false"),
    ("APP_SUBDIRECTORY", ""),
    ("IS_DEMO_APP", "false"),
    ("SITE_OWNER", "anykey@anykey.test"),
    ("LOG_CHANNEL", "single"),
    ("LOG_LEVEL", "debug"),
    ("CACHE_DRIVER", "file"),
    ("SESSION_DRIVER", "file"),
    ("QUEUE_DRIVER", "sync"),
    ("BROADCAST_DRIVER", "log"),
    ("DB_CONNECTION", "sqlite"),
    // The mail is read from the log. Without a sender it is not written at all.
    ("MAIL_MAILER", "log"),
    ("MAIL_FROM_NAME", "2FAuth"),
    ("MAIL_FROM_ADDRESS", "2fauth@anykey.test"),
    ("AUTHENTICATION_GUARD", "web-guard"),
    ("THROTTLE_API", "0"),
    ("LOGIN_THROTTLE", "100000"),
    // Each user agent of the bench has an address of its own, or the tenth login of a minute were refused.
    ("TRUSTED_PROXIES", "*"),
    ("WEBAUTHN_NAME", "2FAuth"),
    // Passwords are not what is tested, and the default takes longer than all else.
    ("BCRYPT_ROUNDS", "4"),
    ("PHP_CLI_SERVER_WORKERS", WORKERS),
];

/// How many requests a server works on at a time.
const WORKERS: &str = "4";

/// Where the framework keeps what it makes, beside the storage folder, relative to the home.
const CACHES: &[(&str, &str)] = &[
    ("APP_SERVICES_CACHE", "cache/services.php"),
    ("APP_PACKAGES_CACHE", "cache/packages.php"),
    ("APP_CONFIG_CACHE", "cache/config.php"),
    ("APP_ROUTES_CACHE", "cache/routes.php"),
    ("APP_EVENTS_CACHE", "cache/events.php"),
];

/// Environment variables for a data folder; `url` is the base URL that the server's pages carry.
pub(super) fn variables(home: &Path, key: &str, url: &str, setup: &Setup) -> Vec<(String, String)> {
    let at = |inner: &str| home.join(inner).to_string_lossy().into_owned();
    let own = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let mut all: Vec<(String, String)> = FIXED.iter().map(|(name, value)| own(name, value)).collect();
    all.extend(CACHES.iter().map(|(name, inner)| own(name, &at(inner))));
    all.extend([
        own("APP_KEY", key),
        own("APP_URL", url),
        own("ASSET_URL", url),
        own("DB_DATABASE", &at(DATABASE)),
        own("LARAVEL_STORAGE_PATH", &at(STORAGE)),
        own("WEBAUTHN_USER_VERIFICATION", setup.user_verification),
        own("WEBAUTHN_ID", setup.rp_id.as_deref().unwrap_or("null")),
    ]);
    all
}

/// The database, relative to the home.
pub(super) const DATABASE: &str = "database.sqlite";
/// The storage folder, relative to the home.
pub(super) const STORAGE: &str = "storage";
/// The log, relative to the home; the mail is in it.
pub(super) const LOG: &str = "storage/logs/laravel.log";
