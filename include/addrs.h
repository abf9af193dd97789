/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NFCLASS_ADDRS_H
#define NFCLASS_ADDRS_H

#include "flow.h"

/* Addresses as settings write them: lists with commas, prefixes, ranges.  The empty text
 * is a list of none. */

/* ADDRESS,... */
bool addrs_are_list(const char *text);

/* ADDRESS/BITS,..., at most as many as struct flow_lan holds. */
bool addrs_are_prefixes(const char *text);

/* The networks of such a list. */
struct flow_lan addrs_lan(const char *text);

/* Empty, or FIRST-LAST, two IPv4 addresses in rising order. */
bool addrs_are_range(const char *text);

/* Both ends of the range lie in one of the networks; true for the empty range. */
bool addrs_range_within(const char *text, const struct flow_lan *lan);

/* masquerade, off, or the IPv4 address to translate to. */
bool addrs_are_nat(const char *text);

#endif
