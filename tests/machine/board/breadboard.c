// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
/*
 * The 40 pins of a Raspberry Pi, for a machine that has none: a GPIO chip with the label that gpiozero's user looks for.
 *
 * /dev/breadboard, written: two bytes for each thing that happens to a contact between a pin and ground,
 * the pin's number and 1 (it closes) or 0 (it opens). Read: `struct seen` for each pin.
 * A pin is low while its contact is closed or somebody drives it low; else its resistor decides, and without one it is low.
 */
#include <linux/gpio/driver.h>
#include <linux/irq.h>
#include <linux/irqdomain.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/spinlock.h>

#define PINS 58

struct seen {
	u32 is_output, level, changes; /* changes: how often an output was switched to the other level */
};

static struct pin {
	struct seen seen;
	bool closed, pulled_up, masked;
	unsigned int edges; /* IRQ_TYPE_EDGE_RISING, IRQ_TYPE_EDGE_FALLING */
} pins[PINS];
static DEFINE_RAW_SPINLOCK(lock);
static struct gpio_chip chip;

/* Take over what was changed; tell whoever waits for an edge. */
static void settle(unsigned int n)
{
	struct pin *pin = &pins[n];
	unsigned long flags;
	unsigned int edge = 0;
	u32 level;

	raw_spin_lock_irqsave(&lock, flags);
	if (!pin->seen.is_output) {
		level = !pin->closed && pin->pulled_up;
		if (level != pin->seen.level)
			edge = level ? IRQ_TYPE_EDGE_RISING : IRQ_TYPE_EDGE_FALLING;
		pin->seen.level = level;
	}
	edge = pin->masked ? 0 : edge & pin->edges;
	raw_spin_unlock_irqrestore(&lock, flags);
	if (edge)
		generic_handle_domain_irq_safe(chip.irq.domain, n);
}

static int get(struct gpio_chip *gc, unsigned int n)
{
	return pins[n].seen.level;
}

static void set(struct gpio_chip *gc, unsigned int n, int level)
{
	struct seen *seen = &pins[n].seen;

	if (seen->is_output && seen->level != !!level)
		seen->changes++;
	seen->level = !!level;
}

static int direction(struct gpio_chip *gc, unsigned int n)
{
	return pins[n].seen.is_output ? GPIO_LINE_DIRECTION_OUT : GPIO_LINE_DIRECTION_IN;
}

static int input(struct gpio_chip *gc, unsigned int n)
{
	pins[n].seen.is_output = 0;
	settle(n);
	return 0;
}

static int output(struct gpio_chip *gc, unsigned int n, int level)
{
	pins[n].seen.is_output = 1;
	set(gc, n, level);
	return 0;
}

static int configure(struct gpio_chip *gc, unsigned int n, unsigned long config)
{
	switch (pinconf_to_config_param(config)) {
	case PIN_CONFIG_BIAS_PULL_UP:
	case PIN_CONFIG_BIAS_PULL_DOWN:
	case PIN_CONFIG_BIAS_DISABLE:
		pins[n].pulled_up = pinconf_to_config_param(config) == PIN_CONFIG_BIAS_PULL_UP;
		settle(n);
		return 0;
	default:
		return -ENOTSUPP;
	}
}

static void mask(struct irq_data *data)
{
	pins[irqd_to_hwirq(data)].masked = true;
	gpiochip_disable_irq(&chip, irqd_to_hwirq(data));
}

static void unmask(struct irq_data *data)
{
	gpiochip_enable_irq(&chip, irqd_to_hwirq(data));
	pins[irqd_to_hwirq(data)].masked = false;
}

static int set_edges(struct irq_data *data, unsigned int type)
{
	pins[irqd_to_hwirq(data)].edges = type & IRQ_TYPE_EDGE_BOTH;
	return 0;
}

static const struct irq_chip interrupts = {
	.name = "breadboard", .irq_mask = mask, .irq_unmask = unmask, .irq_set_type = set_edges,
	.flags = IRQCHIP_IMMUTABLE, GPIOCHIP_IRQ_RESOURCE_HELPERS,
};

static struct gpio_chip chip = {
	.label = "pinctrl-bcm2711", .owner = THIS_MODULE, .base = -1, .ngpio = PINS,
	.get = get, .set = set, .get_direction = direction, .direction_input = input, .direction_output = output,
	.set_config = configure,
};

static ssize_t contacts(struct file *file, const char __user *from, size_t count, loff_t *at)
{
	u8 what[2];
	size_t done;

	for (done = 0; done + sizeof(what) <= count; done += sizeof(what)) {
		if (copy_from_user(what, from + done, sizeof(what)))
			return -EFAULT;
		if (what[0] >= PINS || what[1] > 1)
			return -EINVAL;
		pins[what[0]].closed = what[1];
		settle(what[0]);
	}
	return done;
}

static ssize_t look(struct file *file, char __user *to, size_t count, loff_t *at)
{
	struct seen all[PINS];
	unsigned int n;

	for (n = 0; n < PINS; n++)
		all[n] = pins[n].seen;
	return simple_read_from_buffer(to, count, at, all, sizeof(all));
}

static const struct file_operations operations = {
	.owner = THIS_MODULE, .read = look, .write = contacts, .llseek = noop_llseek,
};
static struct miscdevice device = { .minor = MISC_DYNAMIC_MINOR, .name = "breadboard", .fops = &operations };

static int __init plug(void)
{
	int failed;

	gpio_irq_chip_set_chip(&chip.irq, &interrupts);
	chip.irq.handler = handle_simple_irq;
	chip.irq.default_type = IRQ_TYPE_NONE;
	failed = gpiochip_add_data(&chip, NULL);
	if (failed)
		return failed;
	failed = misc_register(&device);
	if (failed)
		gpiochip_remove(&chip);
	return failed;
}

static void __exit unplug(void)
{
	misc_deregister(&device);
	gpiochip_remove(&chip);
}

module_init(plug);
module_exit(unplug);
MODULE_DESCRIPTION("Pins of a Raspberry Pi for a test of Hai long");
MODULE_LICENSE("GPL");
