// Waiting in the real geometry. Shown only after 200 ms, by its own animation delay.

export function RailSkeleton() {
  return (
    <div class="skeleton" aria-hidden="true">
      {[70, 55, 62, 40].map((width) => (
        <div key={width} class="sk-row">
          <div class="sk" style={{ width: `${width}%` }} />
        </div>
      ))}
    </div>
  );
}

export function TimelineSkeleton() {
  return (
    <div class="timeline skeleton" aria-hidden="true">
      <ol>
        <SkeletonMessage widths={[30, 84]} />
        <SkeletonMessage widths={[26, 94, 88, 46]} isAnswer />
        <SkeletonMessage widths={[24, 66]} />
      </ol>
    </div>
  );
}

function SkeletonMessage({ widths, isAnswer }: { widths: number[]; isAnswer?: boolean }) {
  return (
    <li class={isAnswer ? 'msg answer' : 'msg'}>
      <div class={isAnswer ? 'sk square' : 'sk circle'} />
      <div>
        {widths.map((width) => (
          <div key={width} class="sk line" style={{ width: `${width}%` }} />
        ))}
      </div>
    </li>
  );
}

export function BarSkeleton() {
  return (
    <div class="grow skeleton" aria-hidden="true">
      <div class="sk" style={{ width: '30%' }} />
      <div class="sk thin" style={{ width: '20%' }} />
    </div>
  );
}
