//! The attacks, in plain system calls: what native code would try that has broken out of WebAssembly.

#![expect(
    clippy::undocumented_unsafe_blocks,
    reason = "an attack is a system call; its pointers are to locals, and what it does to its process is the point"
)]

use std::{
    fs, io,
    net::{TcpListener, TcpStream, UdpSocket},
    os::{
        linux::net::SocketAddrExt as _,
        unix::net::{SocketAddr, UnixStream},
    },
    process::Command,
    ptr,
};

use libc::{c_int, c_long};

use crate::targets::{SECRET, Targets};

/// An attack that succeeds, or fails with an error of the system.
pub(crate) type Attack = fn(&Targets) -> io::Result<()>;

/// Every attack by its name.
pub(crate) const ATTACKS: &[(&str, Attack)] = &[
    ("read a file", |_| fs::File::open("/etc/passwd").map(drop)),
    ("make a file", |t| fs::File::create(t.folder.join("made")).map(drop)),
    ("list a folder", |_| match fs::read_dir("/")?.next() {
        Some(entry) => entry.map(drop),
        None => Err(io::Error::from_raw_os_error(libc::ENOENT)),
    }),
    ("ask about a file", |_| fs::metadata("/etc/passwd").map(drop)),
    ("connect by TCP", |t| TcpStream::connect(("127.0.0.1", t.tcp_port)).map(drop)),
    ("listen by TCP", |_| TcpListener::bind("127.0.0.1:0").map(drop)),
    ("send by UDP", |t| {
        UdpSocket::bind("0.0.0.0:0")?.send_to(b"secret", ("127.0.0.1", t.udp_port)).map(drop)
    }),
    ("connect to a socket in a folder", |t| UnixStream::connect(t.folder.join("socket")).map(drop)),
    ("connect to an abstract socket", |t| {
        UnixStream::connect_addr(&SocketAddr::from_abstract_name(&t.abstract_name)?).map(drop)
    }),
    ("fork", |_| match unsafe { libc::fork() } {
        0 => std::process::exit(0),
        child => returned(child.into()),
    }),
    ("start a thread", |_| std::thread::Builder::new().spawn(|| ()).map(drop)),
    ("run a program", |_| Command::new("/bin/true").spawn()?.wait().map(drop)),
    ("signal the parent", |t| returned(unsafe { libc::kill(t.parent, 0) }.into())),
    ("signal the parent's thread", |t| {
        returned(unsafe { libc::syscall(libc::SYS_tgkill, t.parent, t.parent, 0) })
    }),
    ("trace the parent", |t| {
        returned(unsafe {
            libc::ptrace(libc::PTRACE_SEIZE, t.parent, ptr::null_mut::<u8>(), ptr::null_mut::<u8>())
        })
    }),
    ("read the parent's memory", read_memory),
    ("open the parent's memory", |t| fs::File::open(format!("/proc/{}/mem", t.parent)).map(drop)),
    ("find the parent's shared memory", |t| {
        returned(unsafe { libc::shmget(t.shared_memory_key, 0, 0) }.into())
    }),
    ("map executable memory", |_| map(4096, libc::PROT_READ | libc::PROT_EXEC).map(drop)),
    ("make memory executable", |_| {
        let page = map(4096, libc::PROT_READ | libc::PROT_WRITE)?;
        returned(unsafe { libc::mprotect(page, 4096, libc::PROT_READ | libc::PROT_EXEC) }.into())
    }),
    ("allocate too much", |_| map(1 << 30, libc::PROT_READ | libc::PROT_WRITE).map(drop)),
    ("make a file in memory", |_| returned(unsafe { libc::memfd_create(c"".as_ptr(), 0) }.into())),
    ("make an io_uring", |_| {
        let mut settings = [0_u8; 120];
        returned(unsafe { libc::syscall(libc::SYS_io_uring_setup, 1, settings.as_mut_ptr()) })
    }),
    ("duplicate a descriptor", |_| returned(unsafe { libc::dup(0) }.into())),
    ("raise the limit of memory", |_| raise(libc::RLIMIT_DATA)),
    ("raise the limit of core dumps", |_| raise(libc::RLIMIT_CORE)),
    ("regain a capability", |_| {
        const SYS_CHROOT: u32 = 1 << 18;
        let (header, one) = ([0x2008_0522_u32, 0], [SYS_CHROOT, SYS_CHROOT, 0, 0, 0, 0]);
        returned(unsafe { libc::syscall(libc::SYS_capset, header.as_ptr(), one.as_ptr()) })
    }),
    ("change the root", |_| returned(unsafe { libc::chroot(c"/".as_ptr()) }.into())),
    ("become root in a namespace", |_| returned(unsafe { libc::unshare(libc::CLONE_NEWUSER) }.into())),
    ("open up to ptrace", |_| returned(unsafe { libc::prctl(libc::PR_SET_DUMPABLE, 1, 0, 0, 0) }.into())),
    ("wait for children", |_| {
        returned(unsafe { libc::waitpid(-1, ptr::null_mut(), 0) }.into()).or_else(has_none)
    }),
];

/// System calls that ought to end a worker whatever their arguments are.
pub(crate) const FORBIDDEN: &[(&str, c_long)] = &[
    ("bpf", libc::SYS_bpf),
    ("clone3", libc::SYS_clone3),
    ("execveat", libc::SYS_execveat),
    ("fcntl", libc::SYS_fcntl),
    ("ioctl", libc::SYS_ioctl),
    ("keyctl", libc::SYS_keyctl),
    ("landlock_create_ruleset", libc::SYS_landlock_create_ruleset),
    ("mount", libc::SYS_mount),
    ("name_to_handle_at", libc::SYS_name_to_handle_at),
    ("open_by_handle_at", libc::SYS_open_by_handle_at),
    ("openat2", libc::SYS_openat2),
    ("perf_event_open", libc::SYS_perf_event_open),
    ("personality", libc::SYS_personality),
    ("pidfd_getfd", libc::SYS_pidfd_getfd),
    ("pidfd_open", libc::SYS_pidfd_open),
    ("pkey_mprotect", libc::SYS_pkey_mprotect),
    ("prctl", libc::SYS_prctl),
    ("process_vm_writev", libc::SYS_process_vm_writev),
    ("recvmsg", libc::SYS_recvmsg),
    ("rt_tgsigqueueinfo", libc::SYS_rt_tgsigqueueinfo),
    ("seccomp", libc::SYS_seccomp),
    ("sendmsg", libc::SYS_sendmsg),
    ("setns", libc::SYS_setns),
    ("setuid", libc::SYS_setuid),
    ("shmat", libc::SYS_shmat),
    ("socketpair", libc::SYS_socketpair),
    ("timer_create", libc::SYS_timer_create),
    ("userfaultfd", libc::SYS_userfaultfd),
    #[cfg(target_arch = "x86_64")]
    ("getpid of the x32 interface", X32_BIT | libc::SYS_getpid),
];

#[cfg(target_arch = "x86_64")]
const X32_BIT: c_long = 0x4000_0000;

/// Makes one of the forbidden calls, and reports that as success: the point is to get here.
pub(crate) fn call(number: c_long) -> io::Result<()> {
    unsafe { libc::syscall(number, 0, 0, 0, 0, 0, 0) };
    Ok(())
}

fn returned(value: c_long) -> io::Result<()> {
    if value == -1 { Err(io::Error::last_os_error()) } else { Ok(()) }
}

/// To be told that there are no children is to have been answered.
fn has_none(error: io::Error) -> io::Result<()> {
    if error.raw_os_error() == Some(libc::ECHILD) { Ok(()) } else { Err(error) }
}

fn map(bytes: usize, protection: c_int) -> io::Result<*mut libc::c_void> {
    let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS;
    let page = unsafe { libc::mmap(ptr::null_mut(), bytes, protection, flags, -1, 0) };
    if page == libc::MAP_FAILED { Err(io::Error::last_os_error()) } else { Ok(page) }
}

fn raise(resource: libc::__rlimit_resource_t) -> io::Result<()> {
    let unlimited = libc::rlimit { rlim_cur: libc::RLIM_INFINITY, rlim_max: libc::RLIM_INFINITY };
    returned(unsafe { libc::setrlimit(resource, &raw const unlimited) }.into())
}

fn read_memory(targets: &Targets) -> io::Result<()> {
    let mut read = [0_u8; SECRET.len()];
    let here = libc::iovec { iov_base: read.as_mut_ptr().cast(), iov_len: read.len() };
    let there =
        libc::iovec { iov_base: ptr::without_provenance_mut(targets.secret_address), iov_len: SECRET.len() };
    let bytes = unsafe { libc::process_vm_readv(targets.parent, &raw const here, 1, &raw const there, 1, 0) };
    returned(bytes.try_into().unwrap())?;
    assert_eq!(read, SECRET);
    Ok(())
}
