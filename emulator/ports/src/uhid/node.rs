//! The node by which programs find a device: `/dev/hidrawN`.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::time::sleep;

/// The node of the device that says that it is plugged in at `place`, when it is there. A kernel without hidraw has
/// none.
///
/// A driver has the device already, and makes the node next. Sysfs does not tell of that, so this looks some times.
pub(super) async fn find(place: &str) -> Option<PathBuf> {
    let mut pause = Duration::from_millis(1);
    while pause < LONGEST {
        if let Some(name) = named(Path::new("/sys/class/hidraw"), place) {
            let node = Path::new("/dev").join(name);
            if node.exists() {
                return Some(node);
            }
        }
        sleep(pause).await;
        pause *= 2;
    }
    // In a container the node may be missing although the kernel has it.
    named(Path::new("/sys/class/hidraw"), place).map(|name| Path::new("/dev").join(name))
}

/// The name of the device at `place`, among those below `class`.
fn named(class: &Path, place: &str) -> Option<std::ffi::OsString> {
    let wanted = format!("HID_PHYS={place}");
    fs::read_dir(class).ok()?.flatten().map(|entry| entry.file_name()).find(|name| {
        let facts = fs::read_to_string(class.join(name).join("device/uevent")).unwrap_or_default();
        facts.lines().any(|line| line == wanted)
    })
}

/// No pause between two looks is as long; half a second in all.
const LONGEST: Duration = Duration::from_millis(512);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_node_is_known_by_its_place() {
        let class = tempfile::tempdir().unwrap();
        for (name, place) in
            [("hidraw0", "usb-1/input0"), ("hidraw7", "anykey-1-1"), ("hidraw8", "anykey-1-11")]
        {
            let device = class.path().join(name).join("device");
            fs::create_dir_all(&device).unwrap();
            let facts = format!("DRIVER=hid-generic\nHID_ID=0003:00001050:00000407\nHID_PHYS={place}\n");
            fs::write(device.join("uevent"), facts).unwrap();
        }
        assert_eq!(named(class.path(), "anykey-1-1"), Some("hidraw7".into()));
        assert_eq!(named(class.path(), "anykey-2-1"), None);
        assert_eq!(named(&class.path().join("none"), "anykey-1-1"), None);
    }
}
