/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "settings.h"

#include <errno.h>
#include <stdlib.h>

#include "file.h"

static int load_model(struct model *m, const char *path, struct fault *f)
{
	uint8_t *data;
	size_t len;
	int err = file_read(path, &data, &len, f);

	if (err)
		return err;
	err = model_parse(m, data, len, f);
	free(data);
	return err ? fault_prefix(f, err, path) : 0;
}

static int check_ms(const char *conf, const char *key, uint32_t ms, struct mono model,
                    struct fault *f)
{
	if (ms == CONF_MODEL || mono_ms(ms).us == model.us)
		return 0;
	return fault_set(f, -EINVAL,
	                 "%s: [burst] %s = %u contradicts the model, which was trained "
	                 "with %.10g",
	                 conf, key, ms, (double)model.us / 1000);
}

struct settings *settings_load(const char *path, struct fault *f)
{
	struct settings *s = calloc(1, sizeof(*s));

	if (!s) {
		fault_set(f, -ENOMEM, "out of memory");
		return NULL;
	}
	model_init(&s->model);
	if (conf_load(&s->conf, path, f) == 0 &&
	    load_model(&s->model, s->conf.model.path, f) == 0 &&
	    check_ms(path, "gap_ms", s->conf.burst.gap_ms, s->model.gap, f) == 0 &&
	    check_ms(path, "max_ms", s->conf.burst.max_ms, s->model.max, f) == 0)
		return s;
	settings_free(s);
	return NULL;
}

void settings_free(struct settings *s)
{
	if (!s)
		return;
	model_clear(&s->model);
	free(s);
}
