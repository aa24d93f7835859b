//! What the parent has that an attack is after.

use std::{
    net::{TcpListener, UdpSocket},
    os::{
        linux::net::SocketAddrExt as _,
        unix::net::{SocketAddr, UnixListener},
    },
    path::PathBuf,
    ptr,
    sync::OnceLock,
};

/// What the parent has that an attack is after, told to the attacker in one argument.
#[derive(serde::Serialize, serde::Deserialize)]
pub(crate) struct Targets {
    pub(crate) parent: i32,
    pub(crate) secret_address: usize,
    pub(crate) tcp_port: u16,
    pub(crate) udp_port: u16,
    pub(crate) folder: PathBuf,
    pub(crate) abstract_name: String,
    pub(crate) shared_memory_key: i32,
}

/// What is to be read from the parent's memory.
pub(crate) static SECRET: [u8; 16] = *b"expected values!";

impl Targets {
    /// The targets in this process. They stand as long as it does.
    pub(crate) fn here() -> &'static Self {
        static HERE: OnceLock<Targets> = OnceLock::new();
        HERE.get_or_init(Self::set_up)
    }

    fn set_up() -> Self {
        let parent = std::process::id().cast_signed();
        let folder = std::env::temp_dir().join(format!("tito-attacks-{parent}"));
        std::fs::create_dir_all(&folder).unwrap();
        let tcp = TcpListener::bind("127.0.0.1:0").unwrap();
        let udp = UdpSocket::bind("127.0.0.1:0").unwrap();
        let abstract_name = format!("tito-attacks-{parent}");
        let address = SocketAddr::from_abstract_name(&abstract_name).unwrap();
        let targets = Self {
            parent,
            secret_address: ptr::from_ref(&SECRET).addr(),
            tcp_port: tcp.local_addr().unwrap().port(),
            udp_port: udp.local_addr().unwrap().port(),
            shared_memory_key: parent,
            folder,
            abstract_name,
        };
        let sockets = (
            tcp,
            udp,
            UnixListener::bind(targets.folder.join("socket")).unwrap(),
            UnixListener::bind_addr(&address).unwrap(),
        );
        std::mem::forget(sockets);
        // SAFETY: Makes a segment and maps nothing.
        assert_ne!(unsafe { libc::shmget(targets.shared_memory_key, 4096, libc::IPC_CREAT | 0o600) }, -1);
        targets
    }

    /// Removes what would outlive the process.
    pub(crate) fn tear_down(&self) {
        let _ = std::fs::remove_dir_all(&self.folder);
        // SAFETY: Nobody has the segment mapped.
        unsafe {
            let segment = libc::shmget(self.shared_memory_key, 0, 0);
            libc::shmctl(segment, libc::IPC_RMID, ptr::null_mut());
        }
    }
}
