/// The style sheet of the report: light, dark and print.
enum PageStyle {
  private static let light = """
    --page:#ffffff;--surface:#f5f7f9;--text:#1b2026;--muted:#57616b;--line:#d6dce2;--accent:#0a62a3;--grid:#e3e7eb;\
    --good:#1a7f4b;--look:#9a5b00;--lookpage:#fff6e5;--code:#f5f7f9
    """
  private static let dark = """
    --page:#15171c;--surface:#1d2027;--text:#e5e8ec;--muted:#9ba5b0;--line:#343a44;--accent:#74b9f0;--grid:#2b303a;\
    --good:#5cc58c;--look:#eab155;--lookpage:#2a2417;--code:#1a1d23
    """

  static let text = """
    :root{color-scheme:light;\(light)}
    @media (prefers-color-scheme:dark){:root{color-scheme:dark;\(dark)}}
    :root[data-theme=light]{color-scheme:light;\(light)}
    :root[data-theme=dark]{color-scheme:dark;\(dark)}
    *{box-sizing:border-box}
    html{scroll-behavior:smooth;-webkit-text-size-adjust:100%}
    body{margin:0;background:var(--page);color:var(--text);font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;\
    overflow-wrap:break-word}
    a{color:var(--accent)}
    a:focus-visible,button:focus-visible,input:focus-visible,summary:focus-visible,[tabindex]:focus-visible{\
    outline:2px solid var(--accent);outline-offset:2px}
    .skip{position:absolute;left:-999px}.skip:focus{left:8px;top:8px;background:var(--page);padding:8px;z-index:9}
    header.top{max-width:1360px;margin:0 auto;padding:28px 24px 12px;display:flex;gap:16px;align-items:flex-start}
    header.top>div{flex:1;min-width:0}
    h1{font-size:1.75rem;line-height:1.2;margin:0 0 4px;font-weight:650;letter-spacing:-.01em}
    h2{font-size:1.35rem;line-height:1.25;margin:0 0 12px;font-weight:640}
    h3{font-size:1.05rem;margin:28px 0 8px;font-weight:640}
    h4{font-size:1rem;margin:0 0 8px;font-weight:620}
    p{margin:0 0 12px;max-width:75ch}
    .muted,.note{color:var(--muted)}.note{font-size:.875rem}
    button{font:inherit;font-size:.875rem;color:var(--text);background:var(--surface);border:1px solid var(--line);\
    border-radius:6px;padding:4px 12px;cursor:pointer}
    button:hover{border-color:var(--muted)}
    .layout{max-width:1360px;margin:0 auto;padding:0 24px 64px;display:grid;grid-template-columns:210px minmax(0,1fr);gap:40px}
    nav.toc{position:sticky;top:16px;align-self:start;max-height:calc(100vh - 32px);overflow:auto;font-size:.9rem;padding-top:8px}
    nav.toc ol{list-style:none;margin:0;padding:0}
    nav.toc a{display:block;padding:3px 0 3px 10px;border-left:2px solid var(--line);color:var(--muted);text-decoration:none}
    nav.toc a:hover{color:var(--text);border-color:var(--accent)}
    main{min-width:0}
    main>section{padding:8px 0 28px;margin-bottom:20px;border-bottom:1px solid var(--line);scroll-margin-top:12px}
    main>section:last-child{border:0}
    .answers{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(250px,100%),1fr));gap:12px;margin:0;padding:0;list-style:none}
    .answers li{background:var(--surface);border:1px solid var(--line);border-radius:10px;padding:14px 16px}
    .answers .label{font-size:.875rem;color:var(--muted);line-height:1.35}
    .answers .value{font-size:1.3rem;font-weight:640;line-height:1.3;margin-top:4px;font-variant-numeric:tabular-nums}
    .answers .note{margin-top:4px;line-height:1.4;font-size:.8125rem}
    .look{background:var(--lookpage);border:1px solid var(--line);border-left:4px solid var(--look);border-radius:8px;\
    padding:14px 18px;margin-top:20px}
    .look h3{margin:0 0 6px}.look ul{margin:0;padding-left:20px}.look li{margin:4px 0}
    .fine{border-left-color:var(--good);background:var(--surface)}
    figure{margin:0}
    figure.card{border:1px solid var(--line);border-radius:10px;padding:16px 18px 14px;margin:16px 0}
    figure.card figcaption{font-size:.9rem;color:var(--muted);margin-top:8px;max-width:80ch}
    .panels{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(400px,100%),1fr));gap:12px 20px}
    .panels>*{min-width:0}
    .panels.single{grid-template-columns:minmax(0,760px)}
    .stills{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(270px,100%),1fr));gap:8px 16px}
    .still svg,.panels>svg{display:block;width:100%;height:auto}
    .still p{margin:0 0 2px;font-size:.875rem;font-weight:600}
    .stills+.stills{margin-top:12px}
    .interactive[hidden]{display:none}
    .interactive h5{margin:0;font-size:.9375rem;font-weight:600}
    .slider{display:flex;gap:12px;align-items:center;margin:0 0 10px;flex-wrap:wrap}
    .slider input{flex:1;min-width:140px;accent-color:var(--accent)}
    .slider output{min-width:9em;font-variant-numeric:tabular-nums;font-size:.9375rem}
    .scroll{overflow-x:auto;margin:8px 0 4px;border:1px solid var(--line);border-radius:8px}
    table{border-collapse:collapse;width:100%;font-size:.9rem;font-variant-numeric:tabular-nums}
    th,td{text-align:left;padding:7px 12px;vertical-align:top;border-top:1px solid var(--line)}
    thead th{border-top:0;background:var(--surface);font-weight:600;white-space:nowrap}
    td.number{text-align:right;white-space:nowrap}th.number{text-align:right}
    td.wide{min-width:16em}
    .badge{display:inline-block;font-size:.75rem;font-weight:600;padding:1px 8px;border-radius:99px;border:1px solid currentColor;\
    white-space:nowrap}
    .badge.agrees{color:var(--good)}.badge.differs,.badge.assumed{color:var(--look)}.badge.notRecomputed{color:var(--muted)}
    .drawings{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(280px,100%),1fr));gap:20px;margin-bottom:12px}
    .drawing{border:1px solid var(--line);border-radius:10px;padding:12px}
    .drawing svg{display:block;width:100%;max-width:340px;height:auto;margin:0 auto}
    .drawing figcaption{font-size:.875rem;color:var(--muted);margin-top:8px}
    pre{background:var(--code);border:1px solid var(--line);border-radius:8px;padding:14px 16px;overflow:auto;max-height:34rem;\
    font:.8125rem/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;tab-size:2}
    summary{cursor:pointer;padding:4px 0;font-weight:600}
    details{margin:10px 0}
    .references{padding-left:26px}.references li{margin:6px 0;max-width:80ch}
    code{font:.875em ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
    footer{max-width:1360px;margin:0 auto;padding:0 24px 40px;color:var(--muted);font-size:.875rem}
    .js-only{display:none}.js .js-only{display:inline-block}
    @media (max-width:960px){
    .layout{grid-template-columns:minmax(0,1fr);gap:12px;padding:0 16px 40px}
    nav.toc{position:static;max-height:none;padding:0}
    nav.toc ol{display:flex;flex-wrap:wrap;gap:4px 14px}
    nav.toc a{border:0;padding:2px 0;text-decoration:underline;text-underline-offset:3px}
    header.top{padding:20px 16px 8px}footer{padding:0 16px 32px}
    }
    @media (max-width:520px){h1{font-size:1.4rem}figure.card{padding:12px 10px}.answers .value{font-size:1.2rem}}
    @media (prefers-reduced-motion:reduce){html{scroll-behavior:auto}}
    @media print{
    :root,:root[data-theme]{color-scheme:light;\(light)}
    @page{margin:16mm 14mm}
    body{font-size:10pt;-webkit-print-color-adjust:exact;print-color-adjust:exact}
    .layout{display:block;padding:0}header.top,footer{padding:0 0 8pt}
    nav.toc,button,.interactive,.skip,.js-only,.js .js-only{display:none!important}
    .static{display:block!important}
    figure.card,.answers li,.look,.drawing,tr{break-inside:avoid}
    h2,h3,h4{break-after:avoid}
    .scroll{overflow:visible}pre{max-height:none;white-space:pre-wrap}
    thead th{white-space:normal}th,td{padding:4px 6px}td.wide{min-width:0}
    details:not([open])::details-content{content-visibility:visible;block-size:auto}
    .panels{grid-template-columns:repeat(2,minmax(0,1fr))}.panels.single{grid-template-columns:minmax(0,460px)}
    .stills{grid-template-columns:repeat(3,minmax(0,1fr))}
    a{color:inherit;text-decoration:none}
    }
    """
}
