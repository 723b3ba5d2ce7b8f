// Whether the page was opened under an address that only this computer reaches.

/** True for localhost, 127.0.0.0/8 and ::1. */
export const isThisComputer = () => /^(?:(?:.+\.)?localhost|127(?:\.\d+){3}|\[::1\])$/.test(location.hostname);
