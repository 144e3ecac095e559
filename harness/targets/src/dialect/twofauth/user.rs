//! A user as 2FAuth tells of it, with all preferences. One of them has an effect here.

use serde_json::{Value, json};

use super::state::User;

/// As logins and registrations tell it.
pub(super) fn told(user: &User) -> Value {
    json!({
        "id": user.id,
        "name": user.name,
        "email": user.email,
        "oauth_provider": null,
        "preferences": preferences(user),
        "appSettings": {"enableSharing": false, "enableAllUsersSharingScope": false},
        "is_admin": user.is_admin,
    })
}

/// With a message before it.
pub(super) fn with_message(user: &User, message: &str) -> Value {
    let mut told = told(user);
    told["message"] = message.into();
    told
}

fn preferences(user: &User) -> Value {
    json!({
        "showOtpAsDot": false, "showNextOtp": true, "revealDottedOTP": false, "closeOtpOnCopy": false,
        "copyOtpOnDisplay": false, "clearSearchOnCopy": false, "useBasicQrcodeReader": false,
        "displayMode": "list", "showAccountsIcons": true, "iconSource": "logolib", "iconCollection": "selfh",
        "iconPack": null, "iconVariant": "regular", "iconVariantStrictFetch": false, "kickUserAfter": 15,
        "activeGroup": 0, "rememberActiveGroup": true, "viewDefaultGroupOnCopy": false, "defaultGroup": 0,
        "useDirectCapture": false, "defaultCaptureMode": "livescan", "useWebauthnOnly": user.webauthn_only,
        "getOfficialIcons": true, "theme": "system", "formatPassword": true, "formatPasswordBy": 0.5,
        "lang": "browser", "getOtpOnRequest": true, "notifyOnNewAuthDevice": false,
        "notifyOnFailedLogin": false, "timezone": "UTC", "sortCaseSensitive": false, "autoCloseTimeout": 2,
        "AutoSaveQrcodedAccount": false, "showEmailInFooter": true, "notifyOnOwnershipTransfer": true,
        "notifyOnShare": true, "showQuickNavMenus": true, "showVirtualChips": true, "sortOrder": "manual",
        "useGroupChips": true,
    })
}
