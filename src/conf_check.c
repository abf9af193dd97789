/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "conf.h"

#include <errno.h>
#include <string.h>

#include "addrs.h"
#include "ini.h"

static int check_gateway(const struct conf *c, const struct ini *ini, struct fault *f)
{
	struct flow_lan own = addrs_lan(c->gateway.lan_address);

	if (strcmp(c->gateway.lan, c->gateway.wan) == 0) {
		fault_set(f, -EINVAL,
		          "[gateway] lan and wan are both %s, and must differ",
		          c->gateway.lan);
		return ini_fault(ini, ini_line_later(ini, "gateway", "lan", "wan"),
		                 -EINVAL, f);
	}
	if (own.count > 0 && !addrs_range_within(c->gateway.dhcp_range, &own)) {
		fault_set(f, -EINVAL,
		          "[gateway] dhcp_range = %s is outside of lan_address = %s",
		          c->gateway.dhcp_range, c->gateway.lan_address);
		return ini_fault(ini,
		                 ini_line_later(ini, "gateway", "dhcp_range",
		                                "lan_address"),
		                 -EINVAL, f);
	}
	return 0;
}

/* A flow that is forgotten while it is outside would come back as a stranger. */
static int check_skip(const struct conf *c, const struct ini *ini, struct fault *f)
{
	unsigned resample = ini_line(ini, "queue", "resample_s");
	unsigned timeout = ini_line(ini, "flow", "timeout_s");

	if (c->queue.skip_labelled == 0 || c->queue.resample_s < c->flow.timeout_s)
		return 0;
	fault_set(f, -EINVAL,
	          "[queue] resample_s = %u must be less than [flow] timeout_s = %u",
	          c->queue.resample_s, c->flow.timeout_s);
	return ini_fault(ini, resample > timeout ? resample : timeout, -EINVAL, f);
}

/* What no single setting shows. */
int conf_check_whole(const struct conf *c, const struct ini *ini, struct fault *f)
{
	int err = check_gateway(c, ini, f);

	if (!err)
		err = check_skip(c, ini, f);
	if (err || c->queue.first + c->queue.workers <= 65536)
		return err;
	fault_set(f, -EINVAL,
	          "[queue] first = %u and workers = %u need queues above 65535",
	          c->queue.first, c->queue.workers);
	return ini_fault(ini, ini_line_later(ini, "queue", "first", "workers"), -EINVAL,
	                 f);
}

/* A shape gets no more than there is. */
int conf_check_rates(const struct conf *c, const struct ini *ini, struct fault *f)
{
	for (unsigned i = 0; i < c->plan.shapes; i++) {
		const struct shape *s = &c->plan.shape[i].shape;
		bool down = c->gateway.down > 0 && s->down > c->gateway.down;

		if (!down && (c->gateway.up == 0 || s->up <= c->gateway.up))
			continue;
		fault_set(f, -EINVAL, "[shape] %s: the link has less, by [gateway] %s",
		          s->name, down ? "down" : "up");
		return ini_fault(ini, ini_line(ini, "shape", s->name), -EINVAL, f);
	}
	return 0;
}
