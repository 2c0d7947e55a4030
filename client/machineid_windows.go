package client

import (
	"syscall"
	"unsafe"
)

// machineID is MachineGuid, made by the setup of Windows, from the 64-bit view of
// the registry so that 32-bit programs see the same one.
func machineID() (string, error) {
	path, err := syscall.UTF16PtrFromString(`SOFTWARE\Microsoft\Cryptography`)
	if err != nil {
		return "", err
	}
	var key syscall.Handle
	const read64 = syscall.KEY_READ | syscall.KEY_WOW64_64KEY
	if err := syscall.RegOpenKeyEx(syscall.HKEY_LOCAL_MACHINE, path, 0, read64, &key); err != nil {
		return "", err
	}
	defer syscall.RegCloseKey(key)
	name, err := syscall.UTF16PtrFromString("MachineGuid")
	if err != nil {
		return "", err
	}
	var kind uint32
	var value [64]uint16
	size := uint32(unsafe.Sizeof(value))
	if err := syscall.RegQueryValueEx(key, name, nil, &kind, (*byte)(unsafe.Pointer(&value[0])), &size); err != nil {
		return "", err
	}
	if kind != syscall.REG_SZ {
		return "", syscall.EINVAL
	}
	return syscall.UTF16ToString(value[:]), nil
}
