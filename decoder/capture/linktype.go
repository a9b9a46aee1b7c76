package capture

import "strconv"

// The link types that are named elsewhere in this package
// (www.tcpdump.org/linktypes.html).
const (
	linkEthernet = 1
	// linkMask takes the link type out of a pcap header's field; the bits
	// above tell of the frame check sequence.
	linkMask = 0xffff
)

// linkTypes names the LINKTYPE_ values that a capture near OpenStack may have,
// in the registry's own words without LINKTYPE_, and Ethernet as everybody
// writes it.
var linkTypes = map[uint16]string{
	0: "NULL", 1: "Ethernet", 3: "AX25", 6: "IEEE802_5", 7: "ARCNET_BSD", 8: "SLIP", 9: "PPP", 10: "FDDI",
	12: "RAW", 14: "RAW", // DLT_RAW of most systems and of OpenBSD, written by old programs
	50: "PPP_HDLC", 51: "PPP_ETHER", 99: "SYMANTEC_FIREWALL", 100: "ATM_RFC1483", 101: "RAW", 104: "C_HDLC",
	105: "IEEE802_11", 107: "FRELAY", 108: "LOOP", 109: "ENC", 113: "LINUX_SLL", 114: "LTALK", 117: "PFLOG",
	119: "IEEE802_11_PRISM", 122: "IP_OVER_FC", 123: "SUNATM", 127: "IEEE802_11_RADIOTAP", 129: "ARCNET_LINUX",
	138: "APPLE_IP_OVER_IEEE1394", 139: "MTP2_WITH_PHDR", 140: "MTP2", 141: "MTP3", 142: "SCCP", 143: "DOCSIS",
	144: "LINUX_IRDA", 147: "USER0", 148: "USER1", 149: "USER2", 150: "USER3", 151: "USER4", 152: "USER5",
	153: "USER6", 154: "USER7", 155: "USER8", 156: "USER9", 157: "USER10", 158: "USER11", 159: "USER12",
	160: "USER13", 161: "USER14", 162: "USER15", 163: "IEEE802_11_AVS", 165: "BACNET_MS_TP", 166: "PPP_PPPD",
	169: "GPRS_LLC", 170: "GPF_T", 171: "GPF_F", 177: "LINUX_LAPD", 182: "MFR", 187: "BLUETOOTH_HCI_H4",
	189: "USB_LINUX", 192: "PPI", 195: "IEEE802_15_4_WITHFCS", 196: "SITA", 197: "ERF", 199: "IPMB_LINUX", 201: "BLUETOOTH_HCI_H4_WITH_PHDR",
	202: "AX25_KISS", 203: "LAPD", 204: "PPP_WITH_DIR", 205: "C_HDLC_WITH_DIR", 206: "FRELAY_WITH_DIR",
	209: "I2C_LINUX", 215: "IEEE802_15_4_NONASK_PHY", 220: "USB_LINUX_MMAPPED", 224: "FC_2", 225: "FC_2_WITH_FRAME_DELIMS",
	226: "IPNET", 227: "CAN_SOCKETCAN", 228: "IPV4", 229: "IPV6", 230: "IEEE802_15_4_NOFCS", 231: "DBUS",
	235: "DVB_CI", 236: "MUX27010", 237: "STANAG_5066_D_PDU", 239: "NFLOG", 240: "NETANALYZER",
	241: "NETANALYZER_TRANSPARENT", 242: "IPOIB", 243: "MPEG_2_TS", 244: "NG40", 245: "NFC_LLCP", 247: "INFINIBAND",
	248: "SCTP", 249: "USBPCAP", 251: "BLUETOOTH_LE_LL", 252: "WIRESHARK_UPPER_PDU", 253: "NETLINK",
	254: "BLUETOOTH_LINUX_MONITOR", 256: "BLUETOOTH_LE_LL_WITH_PHDR", 257: "PROFIBUS_DL", 258: "PKTAP", 259: "EPON",
	265: "ZWAVE_R3", 266: "USB_DARWIN", 270: "RDS", 271: "USB_2_0", 272: "SDLC", 274: "VSOCK", 276: "LINUX_SLL2", 278: "ETHERNET_MPACKET",
	279: "DISPLAYPORT_AUX", 283: "IEEE802_15_4_TAP", 285: "FIRA_UCI", 287: "DSA_TAG_BRCM", 288: "ETW",
}

// LinkTypeName gives the registry's name of a link type, or its number where
// it has none that is known here.
func LinkTypeName(linkType uint16) string {
	if name, ok := linkTypes[linkType]; ok {
		return name
	}
	return strconv.Itoa(int(linkType))
}

// LinkType is a link type of a file and how many of its packets have it.
type LinkType struct {
	Number  uint16
	Name    string
	Packets int64
}
