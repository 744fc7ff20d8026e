// Package numbering tells the region of a Russian caller from the telephone number.
//
// What it covers: the ABC (geographic) codes of the Russian numbering plan, each assigned to one subject of the
// Federation, with the exceptions below such a code that are certain (Nenets inside 818). Region codes are those of vehicle plates,
// as EKC uses them everywhere.
//
// What it does not cover, and answers "unknown", so that the caller is asked: mobile numbers (DEF codes 9xx: a subscriber
// keeps the number when moving to another region or operator, so their range says too little), 800 and other service codes,
// the codes 336 (Baikonur), 6xx and 7xx (Kazakhstan), 840 and 940 (Abkhazia), codes that were assigned after 2020, and foreign
// numbers. Even for a fixed line the region is a guess that the menu lets the caller correct.
//
// Source: the Russian system and plan of numbering (order of the Ministry of Information Technologies and Communications of
// 17.11.2006 No. 142 with its amendments, kept by Минцифры). The table was written from general knowledge of that plan, not
// copied from the order, and compared with the ITU's list for +7 (T02020000AD of 2009, as libphonenumber carries it): every
// code of that list except 336 is here, for the same region (496 and 498, which it calls Moscow, are Moscow region). 365,
// 395, 493, 869 and the exception 81853 are not in that list and could not be compared. Check the table against the register of
// Минцифры before relying on it for anything that is not confirmed by the caller.
//
// The public register of the communications authority, when it is imported (register.go), knows more: ranges instead of codes, mobile ones too.
//
// It imports nothing of EKC. But for the file of an imported register it is pure.
package numbering
