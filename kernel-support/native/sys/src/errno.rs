//! Error numbers with their symbolic names.

use std::fmt;

#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Errno(pub i32);

impl Errno {
    pub fn last() -> Self {
        Errno(std::io::Error::last_os_error().raw_os_error().unwrap_or(libc::EIO))
    }

    pub fn from_io(error: &std::io::Error) -> Self {
        Errno(error.raw_os_error().unwrap_or(libc::EIO))
    }

    /// The symbolic name, for example `EPERM`.
    pub fn name(self) -> String {
        macro_rules! names {
            ($($name:ident)*) => { match self.0 { $(libc::$name => stringify!($name).to_string(),)* n => format!("E{n}") } };
        }
        names!(E2BIG EACCES EADDRINUSE EADDRNOTAVAIL EAFNOSUPPORT EAGAIN EBADF EBADFD EBUSY ECHILD ECONNREFUSED
            ECONNRESET EDEADLK EDESTADDRREQ EDQUOT EEXIST EFAULT EFBIG EHOSTUNREACH EINPROGRESS EINTR EINVAL EIO
            EISCONN EISDIR ELIBBAD ELOOP EMFILE EMLINK EMSGSIZE ENAMETOOLONG ENETDOWN ENETUNREACH ENFILE ENOBUFS
            ENODATA ENODEV ENOENT ENOEXEC ENOKEY ENOLCK ENOMEM ENOPROTOOPT ENOSPC ENOSYS ENOTCONN ENOTDIR
            ENOTEMPTY ENOTSOCK ENOTSUP ENOTTY ENXIO EOVERFLOW EPERM EPIPE EPROTO EPROTONOSUPPORT EPROTOTYPE ERANGE
            EROFS ESPIPE ESRCH ESTALE ETIMEDOUT ETXTBSY EUSERS EXDEV)
    }
}

impl fmt::Display for Errno {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name())
    }
}

impl fmt::Debug for Errno {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name())
    }
}

impl std::error::Error for Errno {}
