/// The style of the report and the script of its sliders.
///
/// The page must also be valid XML, so neither part contains a less-than sign or an ampersand.
enum ReportStyle {
  static let css = """
    :root {
      color-scheme: light dark;
      --ground: #f6f7f9; --card: #fff; --text: #1b2230; --soft: #586174; --line: #dde1e8;
      --accent: #0b62c4;
    }
    @media (prefers-color-scheme: dark) {
      :root {
        --ground: #12151b; --card: #1b2029; --text: #e6e9ef; --soft: #a2abbb; --line: #323a47;
        --accent: #6cb0ff;
      }
      img:not(.drawing) { filter: brightness(.88); }
    }
    * { box-sizing: border-box; }
    body {
      margin: 0; background: var(--ground); color: var(--text);
      font: 16px/1.5 system-ui, sans-serif; overflow-wrap: anywhere;
    }
    header, main { max-width: 72rem; margin: 0 auto; padding: 0 1rem; }
    header { padding-top: 2rem; }
    h1 { margin: 0; font-size: 1.9rem; line-height: 1.2; }
    h2 { margin: 2.2rem 0 .6rem; font-size: 1.25rem; }
    h3 { margin: 0 0 .6rem; font-size: 1rem; }
    h3::first-letter { text-transform: uppercase; }
    p { margin: 0 0 .8rem; }
    header p, .note { color: var(--soft); }
    main { padding-bottom: 3rem; }
    .card {
      margin: 0; padding: 1rem; background: var(--card); border: 1px solid var(--line);
      border-radius: .6rem;
    }
    .card + .card, .cards + .card { margin-top: 1rem; }
    .cards .card { margin: 0; }
    .cards {
      display: grid; gap: 1rem;
      grid-template-columns: repeat(auto-fit, minmax(min(100%, var(--least)), 1fr));
    }
    dl.cards { --least: 15rem; margin: 0; }
    dl.cards dt { color: var(--soft); font-size: .9rem; }
    dl.cards dt::first-letter { text-transform: uppercase; }
    dl.cards dd { margin: 0; }
    dl.cards strong { font-size: 1.5rem; font-variant-numeric: tabular-nums; }
    .curves { --least: 20rem; }
    .pictures { --least: 24rem; align-items: start; }
    img { display: block; max-width: 100%; height: auto; border-radius: .3rem; }
    [hidden] { display: none !important; }
    .card .plot {
      display: block; width: 100%; max-width: 36rem; height: auto; margin: 0 auto;
      --plot-paper: transparent;
    }
    img.drawing { width: 100%; max-width: 36rem; margin: 0 auto; }
    .control { display: flex; flex-wrap: wrap; gap: .3rem .8rem; margin-bottom: .8rem; }
    .control input { flex: 1 1 10rem; min-width: 0; accent-color: var(--accent); height: 1.5rem; }
    .scroll { overflow-x: auto; }
    table { border-collapse: collapse; width: 100%; font-size: .9rem; }
    caption { text-align: left; color: var(--soft); padding-bottom: .5rem; }
    th, td { padding: .3rem .6rem; border-bottom: 1px solid var(--line); text-align: left; }
    th { font-weight: 600; vertical-align: top; overflow-wrap: normal; }
    .figures th, .figures td { text-align: right; white-space: nowrap; }
    .figures td { font-variant-numeric: tabular-nums; }
    summary { cursor: pointer; }
    details[open] summary { margin-bottom: .8rem; }
    pre span { display: inline-block; }
    pre { white-space: pre-wrap; font: .9rem/1.5 ui-monospace, monospace; }
    :focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
    """

  /// Shows the picture of a series for the epoch selected with its slider.
  static let script = """
    for (const series of document.querySelectorAll('.series')) {
      const input = series.querySelector('input');
      const images = series.querySelectorAll('img, pre');
      const show = () => {
        images.forEach((image, index) => { image.hidden = index != input.value; });
        const epoch = 'epoch ' + images[input.value].dataset.epoch;
        series.querySelector('.epoch').textContent = epoch;
        input.setAttribute('aria-valuetext', epoch);
      };
      input.addEventListener('input', show);
      series.querySelector('.control').hidden = false;
      show();
    }
    """
}
