// Hyperparameters and environment side by side.

// A table with a row for each name and a column for each run; rows in which runs differ are marked.
function comparison(key) {
    const runs = visibleRuns();
    const names = [...new Set(runs.flatMap((run) => data.runs[run][key].map(([name]) => name)))];
    if (names.length === 0) return null;
    const values = runs.map((run) => new Map(data.runs[run][key]));
    const head = element(
        'tr', {}, element('th', { scope: 'col' }),
        ...runs.map((run) => element('th', { scope: 'col' }, swatch(run), ` ${data.runs[run].label}`)));
    const rows = names.map((name) => {
        const texts = values.map((map) => map.get(name));
        const row = element(
            'tr', {}, element('th', { scope: 'row', textContent: name }),
            ...texts.map((text) => element('td', { textContent: text === undefined ? '–' : String(text) })));
        if (new Set(texts).size > 1) {
            row.className = 'differs';
            row.firstChild.title = 'The runs differ';
        }
        return row;
    });
    const table = element('table', {}, element('thead', {}, head), element('tbody', {}, ...rows));
    return element('div', { className: 'scroll', tabIndex: 0 }, table);
}

function modulesTable(run) {
    const rows = data.runs[run].modules.map(([path, description, count]) =>
        element(
            'tr', {}, element('th', { scope: 'row', textContent: path }), element('td', { textContent: description }),
            element('td', { className: 'number', textContent: count > 0 ? format.count(count) : '' })));
    const head = ['module', 'what it is', 'own parameters'].map((textContent, index) =>
        element('th', { scope: 'col', textContent, className: index === 2 ? 'number' : '' }));
    const table = element(
        'table', {}, element('thead', {}, element('tr', {}, ...head)), element('tbody', {}, ...rows));
    return element(
        'details', { className: 'fold' }, element('summary', { textContent: data.runs[run].label }),
        element('div', { className: 'scroll', tabIndex: 0 }, table));
}

function note(run, { name, step, time, text }) {
    const when = typeof time === 'number' ? `, ${new Date(time * 1000).toLocaleString()}` : '';
    const place = `${data.runs[run].label}, step ${format.count(step)}${when}`;
    return element(
        'article', { className: 'note' },
        element(
            'div', { className: 'card-head' }, swatch(run), element('h3', { textContent: name }),
            element('span', { className: 'value', textContent: place })),
        element('pre', { textContent: text }));
}
