// Puts the page together.

const content = document.getElementById('content');
const charts = [];

const observer = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) {
        const chart = target.chart;
        chart.isSeen = isIntersecting;
        if (isIntersecting && chart.isDirty) chart.draw();
    }
}, { rootMargin: '200px' });

const resizing = new ResizeObserver((entries) => {
    for (const { target } of entries) target.chart.invalidate();
});

// A part of the page that is made again when runs are switched on or off.
function part(title, fill) {
    const heading = element('h2', { textContent: title, id: title.toLowerCase().replace(/[^a-z]+/g, '-') });
    const body = element('div');
    const section = element('section', {}, heading, body);
    const update = () => {
        const children = fill();
        section.hidden = children.length === 0;
        body.replaceChildren(...children);
    };
    update();
    view.listeners.push(update);
    content.append(section);
    return section;
}

function cards(children) {
    return children.length === 0 ? [] : [element('div', { className: 'cards' }, ...children)];
}

// What `make` gives for each name, and for each run that has it, so that those of one name are side by side.
function everyEntry(key, make) {
    const byName = new Map();
    for (const run of visibleRuns()) {
        for (const entry of data.runs[run][key]) {
            if (!byName.has(entry.name)) byName.set(entry.name, []);
            byName.get(entry.name).push(make(run, entry));
        }
    }
    return [...byName.values()].flat();
}

// A list of sentences about the runs.
function addSentences(key, title) {
    const items = data.runs.flatMap((run) =>
        run[key].map((sentence) => element('li', { textContent: `${run.label}: ${sentence}` })));
    if (items.length === 0) return;
    content.append(
        element(
            'section', { className: key, id: key }, element('b', { textContent: title }), element('ul', {}, ...items)));
}

function addCurves() {
    const byName = new Map();
    data.runs.forEach((run, index) => {
        for (const curve of run.curves) {
            if (!byName.has(curve.name)) byName.set(curve.name, []);
            byName.get(curve.name).push({ run: index, curve });
        }
    });
    if (byName.size === 0) {
        content.append(element('p', { className: 'empty', textContent: 'No numbers were logged.' }));
        return;
    }
    const groups = new Map();
    for (const [name, curves] of byName) {
        const slash = name.indexOf('/');
        const group = slash > 0 ? name.slice(0, slash) : '';
        if (!groups.has(group)) groups.set(group, []);
        groups.get(group).push(new Chart(name, curves));
    }
    const section = element('section', {}, element('h2', { textContent: 'Curves', id: 'curves' }));
    const nothing = element('p', { className: 'empty', textContent: 'No curve has such a name.', hidden: true });
    const groupGrid = element('div', { className: 'groups' });
    section.append(nothing, groupGrid);
    const order = ['train', 'validation', 'test'];
    const rank = (name) => (order.includes(name) ? order.indexOf(name) : name === '' ? 4 : 3);
    const sorted = [...groups].sort(([left], [right]) => rank(left) - rank(right));
    const folds = sorted.map(([name, list]) => {
        const grid = element('div', { className: 'cards' }, ...list.map((chart) => chart.card));
        const label = element('span', { textContent: format.count(list.length) });
        const title = name === '' ? 'other' : name;
        const fold = element(
            'details', { className: list.length === 1 ? 'group single' : 'group', open: true },
            element('summary', {}, element('b', { textContent: title }), label), grid);
        groupGrid.append(fold);
        return { fold, list };
    });
    content.append(section);
    for (const chart of groups.values()) charts.push(...chart);
    for (const chart of charts) {
        chart.svg.chart = chart;
        observer.observe(chart.svg);
        resizing.observe(chart.svg);
    }
    view.listeners.push(() => {
        const filter = view.filter.toLowerCase();
        for (const { fold, list } of folds) {
            for (const chart of list) chart.card.hidden = !chart.name.toLowerCase().includes(filter);
            fold.hidden = list.every((chart) => chart.card.hidden);
        }
        nothing.hidden = folds.some(({ fold }) => !fold.hidden);
        for (const chart of charts) chart.invalidate();
    });
}

function addRuns() {
    const boxes = data.runs.map((run, index) => {
        const box = element('input', {
            type: 'checkbox', checked: true,
            onchange: () => {
                if (box.checked) view.hidden.delete(index);
                else view.hidden.add(index);
                view.change({});
            },
        });
        return { box, label: element('label', { className: 'run', title: run.path }, box, swatch(index), element('span', { textContent: run.label })) };
    });
    const all = (isShown) => {
        view.hidden = new Set(isShown ? [] : data.runs.map((run, index) => index));
        for (const { box } of boxes) box.checked = isShown;
        view.change({});
    };
    const section = document.getElementById('runs');
    section.append(
        element('h2', { textContent: data.runs.length === 1 ? 'Run' : 'Runs' }),
        element('div', { className: 'list' }, ...boxes.map(({ label }) => label)));
    if (data.runs.length > 2) {
        section.append(
            element(
                'div', { className: 'buttons' },
                element('button', { type: 'button', textContent: 'All', onclick: () => all(true) }),
                element('button', { type: 'button', textContent: 'None', onclick: () => all(false) })));
    }
}

function segments(label, choices, chosen, choose) {
    const buttons = choices.map(([value, textContent]) =>
        element('button', {
            type: 'button', textContent, 'aria-pressed': String(value === chosen),
            onclick: () => {
                buttons.forEach((button, index) => button.setAttribute('aria-pressed', choices[index][0] === value));
                choose(value);
            },
        }));
    return element(
        'div', { className: 'setting', role: 'group', 'aria-label': label }, element('span', { textContent: label }),
        element('div', { className: 'segments' }, ...buttons));
}

function addSettings() {
    const section = document.getElementById('settings');
    const shown = element('output', { textContent: '0' });
    let waiting = 0;
    const slider = element('input', {
        type: 'range', min: 0, max: 0.99, step: 0.01, value: 0,
        oninput: () => {
            shown.textContent = slider.value;
            cancelAnimationFrame(waiting);
            waiting = requestAnimationFrame(() => view.change({ smoothing: Number(slider.value) }));
        },
    });
    const filter = element('input', {
        type: 'search', placeholder: 'loss', oninput: () => view.change({ filter: filter.value }),
    });
    section.append(
        element('h2', { textContent: 'Curves' }),
        element('label', { className: 'setting' }, element('span', { textContent: 'Names with' }), filter),
        element(
            'label', { className: 'setting' }, element('span', {}, 'Smoothing', shown), slider),
        segments('Horizontal', [['step', 'Step'], ['time', 'Time']], 'step', (axis) => {
            for (const chart of charts) chart.zoom = null;
            for (const chart of charts) chart.reset.hidden = true;
            view.change({ axis });
        }),
        segments('Vertical', [[false, 'Linear'], [true, 'Log']], false, (isLogarithmic) => view.change({ isLogarithmic })));
}

function addTheme() {
    const root = document.documentElement;
    const button = document.getElementById('theme');
    const isDark = () => root.dataset.theme === 'dark'
        || (root.dataset.theme === undefined && matchMedia('(prefers-color-scheme: dark)').matches);
    const name = () => { button.textContent = isDark() ? 'Light' : 'Dark'; };
    button.onclick = () => {
        root.dataset.theme = isDark() ? 'light' : 'dark';
        name();
    };
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', name);
    name();
}

function addContents() {
    const contents = document.getElementById('contents');
    contents.append(element('h2', { textContent: 'On this page' }));
    for (const heading of content.querySelectorAll('section > h2')) {
        if (heading.parentElement.hidden) continue;
        contents.append(element('a', { href: `#${heading.id}`, textContent: heading.textContent }));
    }
}

const curveCount = data.runs.reduce((sum, run) => sum + run.curves.length, 0);
const plural = (count, noun) => `${format.count(count)} ${noun}${count === 1 ? '' : 's'}`;
document.getElementById('summary').textContent =
    `${plural(data.runs.length, 'run')}, ${plural(curveCount, 'curve')} · Helios ${data.version}`;
document.title = data.runs.length === 1 ? `${data.runs[0].label} · Helios report` : document.title;
addTheme();
addRuns();
if (curveCount > 0) addSettings();
addSentences('problems', 'Not everything could be read');
addSentences('remarks', 'Steps that go back');
addCurves();
part('Results', () => [comparison('metrics')].filter(Boolean));
part('Hyperparameters', () => [comparison('hyperparameters')].filter(Boolean));
part('Confusion matrices', () => cards(everyEntry('confusions', confusionCard)));
part('Images', () => cards(everyEntry('images', imageCard)));
part('Precision and recall', () => cards(everyEntry('precisionRecall', (run, entry) =>
    steppedCard(run, entry, (value) => precisionRecall(run, value)))));
part('Histograms', () => cards(everyEntry('histograms', (run, entry) =>
    steppedCard(run, entry, (value) => histogram(run, value)))));
part('Notes', () => everyEntry('texts', note));
part('Network', () => visibleRuns().filter((run) => data.runs[run].modules.length > 0).map(modulesTable));
part('Environment', () => [comparison('environment')].filter(Boolean));
addContents();
window.addEventListener('beforeprint', () => {
    for (const chart of charts) if (chart.isDirty) chart.draw();
});
